using Perdure.PayloadStores;
using Perdure.Replay;

namespace Perdure.Hosting;

/// <summary>A plain function: called as a whole, without a context. It returns, throws, or is called again after a crash.</summary>
/// <remarks>To the runtime it is the body of a function that asks for nothing: it runs off the pump, and its host's token ends it.</remarks>
internal sealed class PlainHandler<TInput, TOutput>(Func<TInput, CancellationToken, Task<TOutput>> function) : FunctionHandler
{
    internal override Type InputType => typeof(TInput);

    internal override Type OutputType => typeof(TOutput);

    private protected override async Task<Payload> RunAsync(
        DurableContext context, string? payload, InvocationEnvironment environment, IServiceProvider services)
    {
        var input = ReadInput<TInput>(environment.Serializer, payload, context);
#pragma warning disable CA2007 // The end is a turn of the pump.
        return WriteOutput(environment, await CallAsync(input, context.Runtime), context);
#pragma warning restore CA2007
    }

    private Task<TOutput> CallAsync(TInput input, InvocationRuntime runtime)
    {
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
