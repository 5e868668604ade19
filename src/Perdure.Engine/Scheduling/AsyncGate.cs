using Perdure.Replay;

namespace Perdure.Engine.Scheduling;

/// <summary>One at a time, in the order of arrival, without blocking a thread.</summary>
internal sealed class AsyncGate(WorkQueue work)
{
    private readonly Lock _gate = new();
    private readonly Queue<Completion<bool>> _waiting = new();
    private bool _held;

    public Task EnterAsync()
    {
        lock (_gate)
        {
            if (!_held)
            {
                _held = true;
                return Task.CompletedTask;
            }

            var waiter = work.NewCompletion<bool>();
            _waiting.Enqueue(waiter);
            return waiter.Task;
        }
    }

    public void Exit()
    {
        Completion<bool>? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next)) _held = false;
        }

        next?.Set(true);
    }
}
