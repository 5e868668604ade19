using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>What interceptors are told of one attempt, around its body.</summary>
internal static class AttemptHooks
{
    public static async Task<OperationUpdate> RunAsync(InterceptorChain chain, TimeProvider clock, AttemptInfo attempt, Func<Task<OperationUpdate>> run)
    {
        await chain.TellAsync(interceptor => interceptor.OnAttemptStartAsync(attempt)).ConfigureAwait(false);
        var update = await chain.WrapAsync((interceptor, next) => interceptor.WrapAttemptAsync(attempt, next), run).ConfigureAwait(false);
        var outcome = new AttemptOutcome(update.Error is null, update.Action == OperationAction.Retry, update.Error) { EndedAt = clock.GetUtcNow() };
        await chain.TellAsync(interceptor => interceptor.OnAttemptEndAsync(attempt, outcome)).ConfigureAwait(false);
        return update;
    }
}
