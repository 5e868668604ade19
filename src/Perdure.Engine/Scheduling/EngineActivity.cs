using Perdure.Replay;

namespace Perdure.Engine.Scheduling;

/// <summary>Counts what is going on, so that a drain, and a test with a manual clock, knows when nothing is.</summary>
internal sealed class EngineActivity(WorkQueue work)
{
    private readonly Lock _gate = new();
    private readonly List<Completion<bool>> _waiting = [];
    private int _active;

    public void Enter()
    {
        lock (_gate) _active++;
    }

    public void Exit()
    {
        Completion<bool>[] idle;
        lock (_gate)
        {
            if (--_active > 0) return;
            idle = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var waiter in idle) waiter.Set(true);
    }

    /// <summary>How many things are going on; a running invocation is one.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _active;
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_gate) return _active == 0;
        }
    }

    /// <summary>Completes when nothing is going on; at once when that is so now.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            if (_active == 0) return Task.CompletedTask;
            var waiter = work.NewCompletion<bool>();
            _waiting.Add(waiter);
            return waiter.Task;
        }
    }
}
