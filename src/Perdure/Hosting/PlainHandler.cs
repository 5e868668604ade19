using Perdure.Replay;

namespace Perdure.Hosting;

/// <summary>A plain function: called as a whole, without a context. It returns, throws, or is called again after a crash.</summary>
/// <remarks>To the runtime it is the body of a function that asks for nothing: it runs off the pump, and its host's token ends it.</remarks>
internal sealed class PlainHandler<TInput, TOutput>(Func<TInput, CancellationToken, Task<TOutput>> function) : TypedHandler<TInput, TOutput>
{
    private protected override Task<TOutput> CallAsync(TInput input, DurableContext context, IServiceProvider services)
    {
        var runtime = context.Runtime;
        var called = new TaskCompletionSource<TOutput>();
        if (!runtime.TryBeginBody()) return called.Task; // the host drains: the call is the next invocation's
        runtime.Environment.Work.Post(() => _ = RunBodyAsync());
        return called.Task;

        async Task RunBodyAsync()
        {
            Action<TaskCompletionSource<TOutput>> end;
            try
            {
                var output = await function(input, runtime.BodiesToken).ConfigureAwait(false);
                end = source => source.SetResult(output);
            }
            catch (Exception error)
            {
                end = source => source.SetException(error);
            }

            runtime.Scheduler.PostInternal(
                _ =>
                {
                    runtime.EndBody();
                    end(called);
                },
                null);
        }
    }
}
