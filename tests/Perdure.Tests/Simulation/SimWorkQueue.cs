using Perdure.Replay;

namespace Perdure.Tests.Simulation;

/// <summary>All work of one node on one thread: items run in an order that a seed decides. A dead node's items never run.</summary>
internal sealed class SimWorkQueue(Random random) : WorkQueue
{
    private readonly List<(Action<object?> Work, object? State)> _items = [];

    public bool IsDead { get; private set; }

    public bool IsEmpty => _items.Count == 0;

    public override void Post(Action<object?> work, object? state)
    {
        if (!IsDead) _items.Add((work, state));
    }

    /// <summary>Runs one item.</summary>
    public void RunOne()
    {
        var index = random.Next(_items.Count);
        var (work, state) = _items[index];
        _items.RemoveAt(index);
        work(state);
    }

    public void Kill()
    {
        IsDead = true;
        _items.Clear();
    }

    /// <summary>Lets a body give way, as real work would.</summary>
    public Task YieldAsync()
    {
        var completion = NewCompletion<bool>();
        completion.Set(true);
        return completion.Task;
    }
}
