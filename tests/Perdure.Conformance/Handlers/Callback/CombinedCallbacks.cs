namespace Perdure.Conformance.Handlers.Callback;

/// <summary>Callbacks beside steps, waits and other callbacks.</summary>
internal static class CombinedCallbacks
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("4-7", (name, context) => WithStepAsync(context, name))
        .Add<string, string>("4-8", (name, context) => WithStepAsync(context, name, new CallbackConfig { Timeout = TimeSpan.FromSeconds(5) }))
        .Add<string, string>("4-9", (name, context) => WithWaitAsync(context, name, TimeSpan.FromSeconds(5)))
        .Add<string, string>("4-10", (name, context) => WithWaitAsync(context, name, TimeSpan.FromSeconds(5)))
        .Add<string, string>("4-11", (name, context) => WithWaitAsync(context, name, TimeSpan.FromSeconds(6), new CallbackConfig { Timeout = TimeSpan.FromSeconds(3) }))
        .Add<string, string>("4-12", async (name, context) =>
        {
            var answer = await context.AskAsync<string>(name);
            await context.WaitAsync(TimeSpan.FromSeconds(2));
            return answer;
        })
        .Add<string, string>("4-13", (name, context) => CatchThenWaitAsync(context, name))
        .Add<string, string>("4-14", (name, context) => CatchThenWaitAsync(context, name, new CallbackConfig { Timeout = TimeSpan.FromSeconds(3) }))
        .Add<string[], string[]>("4-17", async (names, context) =>
        {
            var first = await context.AskAsync<string>(names[0]);
            var second = await context.AskAsync<string>(names[1]);
            return [first, second];
        })
        .Add<string[], string[]>("4-18", async (names, context) =>
        {
            var (a, b) = await OpenTwoAsync(context, names);
            var first = await a.GetResultAsync();
            var second = await b.GetResultAsync();
            return [first, second];
        })
        .Add<string[], string[]>("4-19", async (names, context) =>
        {
            var (a, b) = await OpenTwoAsync(context, names);
            var second = await b.GetResultAsync();
            var first = await a.GetResultAsync();
            return [first, second];
        });

    private static async Task<string> WithStepAsync(IDurableContext context, string name, CallbackConfig? config = null)
    {
        var callback = await context.CreateCallbackAsync<string>(name, config);
        await context.StepAsync((_, _) => Task.FromResult(callback.CallbackId));
        return await callback.GetResultAsync();
    }

    private static async Task<string> WithWaitAsync(IDurableContext context, string name, TimeSpan wait, CallbackConfig? config = null)
    {
        var callback = await context.CreateCallbackAsync<string>(name, config);
        await context.WaitAsync(wait);
        return await callback.GetResultAsync();
    }

    private static async Task<string> CatchThenWaitAsync(IDurableContext context, string name, CallbackConfig? config = null)
    {
        string outcome;
        try
        {
            outcome = await context.AskAsync<string>(name, config);
        }
        catch (CallbackException error)
        {
            outcome = error.Message;
        }

        await context.WaitAsync(TimeSpan.FromSeconds(2));
        return outcome;
    }

    private static async Task<(ICallback<string> A, ICallback<string> B)> OpenTwoAsync(IDurableContext context, string[] names)
    {
        var a = await context.CreateCallbackAsync<string>(names[0]);
        var b = await context.CreateCallbackAsync<string>(names[1]);
        return (a, b);
    }
}
