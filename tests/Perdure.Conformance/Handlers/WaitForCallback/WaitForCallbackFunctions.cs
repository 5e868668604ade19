using Perdure.Conformance.Handlers.Child;

namespace Perdure.Conformance.Handlers.WaitForCallback;

/// <summary>Suite 7: a callback, its submitter and the wait, as one.</summary>
internal static class WaitForCallbackFunctions
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("7-1", (name, context) => AskAsync(context, name))
        .Add("7-2", context => AskAsync(context, "approval"))
        .Add("7-3", context => AskAsync(context, name: null))
        .Add<string, string>("7-4", (name, context) => AskAsync(context, name))
        .Add<string, string>("7-5", (name, context) => AskAsync(context, name, new WaitForCallbackConfig { Timeout = 3 * Second }))
        .Add<string, string>("7-6", async (name, context) =>
        {
            try
            {
                return await AskAsync(context, name);
            }
            catch (CallbackFailedException)
            {
                return "recovered";
            }
        })
        .Add<string, string>("7-7", (name, context) => context.WaitForCallbackAsync<string>(
            (_, _, _) => throw new InvalidOperationException("cannot be sent"),
            name,
            new WaitForCallbackConfig { RetryStrategy = RetryStrategy.Exponential(2, Second, jitter: JitterStrategy.None) }))
        .Add<string, string>("7-8", (name, context) => context.RunInChildContextAsync((child, _) => AskAsync(child, name), "wrapper"))
        .Add("7-9", async context =>
        {
            await AskAsync(context, "first");
            return await AskAsync(context, "second");
        })
        .Add<string, string>("7-10", async (name, context) =>
        {
            await context.WaitAsync(Second);
            await context.EchoAsync("fixed data");
            return await AskAsync(context, name);
        })
        .Add<string, string>("7-11", async (name, context) => (await context.WaitForCallbackAsync<Approval>(SubmitAsync, name)).Status)
        .Add<string, string>("7-12", (name, context) => AskAsync(context, name, new WaitForCallbackConfig { HeartbeatTimeout = 5 * Second }))
        .Add<string, string>("7-13", (name, context) => AskAsync(context, name, new WaitForCallbackConfig { HeartbeatTimeout = 10 * Second }))
        .Add<string, string>("7-14", async (name, context) =>
        {
            try
            {
                return await AskAsync(context, name, new WaitForCallbackConfig { Timeout = 3 * Second });
            }
            catch (CallbackTimeoutException)
            {
                return "timed-out-handled";
            }
        })
        .Add<string, string?>("7-15", (name, context) => context.WaitForCallbackAsync<string?>(SubmitAsync, name));

    private static Task<string> AskAsync(IDurableContext context, string? name, WaitForCallbackConfig? config = null) =>
        context.WaitForCallbackAsync<string>(SubmitAsync, name, config);

    /// <summary>Takes note of the id. The runner reads it from the history, and answers.</summary>
    private static Task SubmitAsync(string callbackId, IWaitForCallbackContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed record Approval(string Status);
}
