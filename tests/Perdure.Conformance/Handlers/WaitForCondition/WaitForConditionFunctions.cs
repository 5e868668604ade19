using System.Text;

namespace Perdure.Conformance.Handlers.WaitForCondition;

/// <summary>Suite 6: conditions.</summary>
internal static class WaitForConditionFunctions
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly TextSerializer<string> Encoded = new(
        text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), text => Encoding.UTF8.GetString(Convert.FromBase64String(text)));

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<int, int>("6-1", (threshold, context) => CountAsync(context, 0, threshold))
        .Add<int, int>("6-2", (threshold, context) => context.WaitForConditionAsync((state, _, _) => Task.FromResult(state), Until(5, threshold)))
        .Add<int, int>("6-3", (threshold, context) => CountAsync(context, 0, threshold, "poll-status"))
        .Add<int, int>("6-4", (threshold, context) => CountAsync(context, 5, threshold))
        .Add<int, int>("6-5", (threshold, context) => context.WaitForConditionAsync(
            Increment,
            new WaitForConditionConfig<int> { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(2 * Second, isDone: state => state >= threshold) }))
        .Add<int, int>("6-6", (initial, context) => context.WaitForConditionAsync(
            Increment,
            new WaitForConditionConfig<int> { InitialState = initial, WaitStrategy = WaitStrategy.Fixed<int>(Second, maxAttempts: 3) }))
        .Add("6-7", FailAsync)
        .Add("6-8", async context =>
        {
            try
            {
                await FailAsync(context);
                return "not reached";
            }
            catch (StepException)
            {
                return "recovered";
            }
        })
        .Add("6-9", context => context.WaitForConditionAsync(
            (state, _, _) => Task.FromResult(new Progress(state.Attempts + 1 == 2 ? "DONE" : state.Status, state.Attempts + 1)),
            new WaitForConditionConfig<Progress>
            {
                InitialState = new Progress("PENDING", 0),
                WaitStrategy = WaitStrategy.Fixed<Progress>(Second, isDone: state => state.Status == "DONE"),
            }))
        .Add("6-10", context => context.WaitForConditionAsync(
            (_, _, _) => Task.FromResult<string?>(null),
            new WaitForConditionConfig<string?> { InitialState = "", WaitStrategy = WaitStrategy.FromDelegate<string?>((_, _) => WaitDecision.Stop()) }))
        .Add("6-11", context => context.WaitForConditionAsync(
            (state, _, _) => Task.FromResult(state + "x"),
            new WaitForConditionConfig<string>
            {
                InitialState = "",
                WaitStrategy = WaitStrategy.Fixed<string>(Second, isDone: state => state.Length == 2),
                Serializer = Encoded,
            }))
        .Add<int, int>("6-12", async (threshold, context) =>
        {
            var counted = await CountAsync(context, 0, threshold);
            return await context.StepAsync((_, _) => Task.FromResult(counted * 10));
        })
        .Add("6-13", async context => await CountAsync(context, await CountAsync(context, 0, 2), 4));

    private static Task<int> CountAsync(IDurableContext context, int initial, int threshold, string? name = null) =>
        context.WaitForConditionAsync(Increment, Until(initial, threshold), name);

    private static WaitForConditionConfig<int> Until(int initial, int threshold) =>
        new() { InitialState = initial, WaitStrategy = WaitStrategy.Fixed<int>(Second, isDone: state => state >= threshold) };

    private static Task<int> Increment(int state, IConditionCheckContext check, CancellationToken cancellationToken) => Task.FromResult(state + 1);

    private static Task FailAsync(IDurableContext context) =>
        context.WaitForConditionAsync((_, _, _) => throw new InvalidOperationException("The check failed."), Until(0, 1));

    internal sealed record Progress(string Status, int Attempts);
}
