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
        var timer = new DeadlineTimer(context, deadline, $"{name}-deadline");
        var passed = timer.RunAsync();
        var work = context.RunChild(
            new ContextBody<T>(body, HasResult: true) { Scope = scope }, $"{name}-body", new ChildContextConfig { SubType = OperationSubTypes.DeadlineBody });

        await Task.WhenAny(passed, work);
        if (work.IsCompleted || !passed.IsCompletedSuccessfully)
        {
            // Done in time, or the whole function is being stopped: then the block's code is told by the scope around it.
            timer.Cancel();
            _ = passed.Exception; // seen: what stopped the timer stops the work too
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

/// <summary>Waits until an instant, in as many waits as it takes, unless it is cancelled before.</summary>
internal sealed class DeadlineTimer(DurableContext context, DateTimeOffset deadline, string name)
{
    private Wait.WaitOperation? _wait;

#pragma warning disable CA2007 // Function code: it resumes on the pump.
    public async Task RunAsync()
    {
        while (deadline - context.TimeProvider.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            _wait = context.StartWait(left, name);
            await _wait.Task;
        }
    }
#pragma warning restore CA2007

    /// <summary>The wait is of no use any more: it should not wake the function.</summary>
    public void Cancel() => _wait?.Cancel();
}
