namespace Perdure.Conformance.Handlers.Child;

/// <summary>Child contexts that fail, or whose steps do.</summary>
internal static class FailingChildren
{
    private static readonly StepConfig NoRetry = new() { RetryStrategy = RetryStrategy.None };

    private static readonly StepConfig TwoAttempts = new()
    {
        RetryStrategy = RetryStrategy.Exponential(2, TimeSpan.FromSeconds(1), jitter: JitterStrategy.None),
    };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("3-4", context => context.RunInChildContextAsync(
            (child, _) => child.StepAsync((_, _) => throw new InvalidOperationException("inner"), config: NoRetry), "failing"))
        .Add<string, string>("3-5", async (input, context) =>
        {
            try
            {
                return await context.RunInChildContextAsync(
                    (child, _) => child.StepAsync<string>((_, _) => throw new InvalidOperationException("inner"), config: NoRetry));
            }
            catch (ChildContextException)
            {
                return await context.EchoAsync(input);
            }
        })
        .Add<string, string>("3-7", (input, context) => context.RunInChildContextAsync(
            (child, _) => child.StepAsync((step, _) => step.AttemptNumber == 1 ? throw new InvalidOperationException("once") : Task.FromResult(input), config: TwoAttempts),
            "retried"))
        .Add("3-8", context => context.RunInChildContextAsync(
            (child, _) => child.StepAsync((_, _) => throw new InvalidOperationException("always"), config: TwoAttempts), "exhausted"))
        .Add("3-15", context => context.RunInChildContextAsync((_, _) => throw new InvalidOperationException("the body itself"), "throwing"));
}
