using Perdure.Operations.Context;
using Perdure.Replay;

namespace Perdure.Operations.Deadline;

/// <summary>The body of a block with a deadline: its code and a wait side by side, in a scope of its own that the wait's end stops.</summary>
internal sealed class DeadlineBlock<T>(DateTimeOffset deadline, Func<IDurableContext, CancellationToken, Task<T>> body, string name)
{
    public string Name => name;

#pragma warning disable CA2007 // Function code: it resumes on the pump.
    public async Task<T> RunAsync(DurableContext context)
    {
        if (context.TimeProvider.GetUtcNow() >= deadline) throw Exceeded();
        var scope = context.Runtime.Scopes.New(context.Scope);
        var timer = context.StartWaitUntil(deadline, $"{name}-deadline");
        var work = context.RunChild(
            new ContextBody<T>(body, HasResult: true) { Scope = scope }, $"{name}-body", new ChildContextConfig { SubType = OperationSubTypes.DeadlineBody });

        await Task.WhenAny(timer.Task, work);
        if (work.IsCompleted || !timer.Task.IsCompletedSuccessfully)
        {
            // Done in time, and then the wait should not wake the function; or all of it is being stopped, and the scope around tells the block's code.
            timer.Cancel();
            _ = timer.Task.Exception; // seen: what stopped the timer stops the work too
            return await work;
        }

        context.Runtime.Scopes.Stop(scope, Exceeded);
        try
        {
            await work;
        }
        catch (Exception error) when (error is not SagaCompensationException)
        {
            // Whatever the code made of it, even a result: it came too late.
        }

        throw Exceeded();
    }
#pragma warning restore CA2007

    private DeadlineExceededException Exceeded() => DeadlineExceededException.Of(deadline, name);
}
