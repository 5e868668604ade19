using System.Collections.Concurrent;
using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>Work of an invocation, run by whoever has it: when none is left, the code has gone as far as it can.</summary>
internal sealed class CallersThread : WorkQueue
{
    private readonly ConcurrentQueue<(Action<object?> Work, object? State)> _queue = new();

    public override void Post(Action<object?> work, object? state) => _queue.Enqueue((work, state));

    public void RunAll()
    {
        // None of the caller's own: a test framework's context would carry continuations away.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (_queue.TryDequeue(out var next)) next.Work(next.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }
}
