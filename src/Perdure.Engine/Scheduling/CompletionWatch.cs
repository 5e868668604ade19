using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>Wakes those who wait for an execution's end. A hint: whoever waits looks at the store first, and again after it.</summary>
internal sealed class CompletionWatch(WorkQueue work)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ExecutionKey, List<Completion<bool>>> _waiting = [];

    public Task WhenCompleted(ExecutionKey key)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var list)) _waiting[key] = list = [];
            var waiter = work.NewCompletion<bool>();
            list.Add(waiter);
            return waiter.Task;
        }
    }

    public void Complete(ExecutionKey key)
    {
        List<Completion<bool>>? waiters;
        lock (_gate) _waiting.Remove(key, out waiters);
        foreach (var waiter in waiters ?? []) waiter.Set(true);
    }
}
