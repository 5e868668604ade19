namespace Perdure.Conformance.Handlers.Callback;

/// <summary>Suite 4: callbacks.</summary>
internal static class CallbackFunctions
{
    public static void AddTo(FunctionCatalogue catalogue)
    {
        AwaitedCallbacks.AddTo(catalogue);
        CombinedCallbacks.AddTo(catalogue);
    }

    /// <summary>Opens a callback and awaits its answer.</summary>
    public static async Task<T> AskAsync<T>(this IDurableContext context, string name, CallbackConfig? config = null)
    {
        var callback = await context.CreateCallbackAsync<T>(name, config);
        return await callback.GetResultAsync();
    }
}
