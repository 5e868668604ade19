using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>Wakes those who wait for an execution's end. A hint: whoever waits looks at the store first, and again after it.</summary>
internal sealed class CompletionWatch(WorkQueue work)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ExecutionKey, List<Watch>> _watches = [];

    /// <summary>Watches from now on, until it is disposed.</summary>
    public Watch Begin(ExecutionKey key)
    {
        var watch = new Watch(this, key, work.NewCompletion<bool>());
        lock (_gate)
        {
            if (!_watches.TryGetValue(key, out var list)) _watches[key] = list = [];
            list.Add(watch);
        }

        return watch;
    }

    public void Complete(ExecutionKey key)
    {
        List<Watch>? watches;
        lock (_gate) _watches.Remove(key, out watches);
        foreach (var watch in watches ?? []) watch.Completion.Set(true);
    }

    private void End(Watch watch)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(watch.Key, out var list)) return;
            list.Remove(watch);
            if (list.Count == 0) _watches.Remove(watch.Key);
        }
    }

    public sealed class Watch(CompletionWatch owner, ExecutionKey key, Completion<bool> completion) : IDisposable
    {
        public ExecutionKey Key => key;

        public Completion<bool> Completion => completion;

        public void Dispose() => owner.End(this);
    }
}
