using Perdure.Operations;

namespace Perdure.Replay;

/// <summary>Why function code is resumed: the start or the end of one recorded operation.</summary>
internal readonly record struct Cause(long Sequence, string OperationId, bool IsEnd);

/// <summary>The causes not yet delivered, in recorded order.</summary>
/// <remarks>
/// All known ends are queued when the invocation begins. A START joins when its operation is asked for: at that moment every cause
/// delivered so far has a smaller number, so it takes its recorded place.
/// </remarks>
internal class CauseQueue
{
    private readonly PriorityQueue<Cause, long> _queue = new();

    public int Count => _queue.Count;

    public virtual void Add(Cause cause) => Enqueue(cause, cause.Sequence);

    protected void Enqueue(Cause cause, long priority) => _queue.Enqueue(cause, priority);

    public bool TryTake(out Cause cause) => _queue.TryDequeue(out cause, out _);
}
