namespace Perdure.Engine.Scheduling;

/// <summary>How many invocations a node runs at once. A slot is taken before an execution is claimed: never claim what cannot run.</summary>
internal sealed class SlotPool(int size)
{
    private readonly Lock _gate = new();
    private int _free = size;
    private bool _closed;
    private bool _starved;

    /// <summary>Raised when a slot becomes free while somebody wanted one.</summary>
    public Action? OnFreed { get; set; }

    /// <summary>Takes up to <paramref name="wanted"/> slots.</summary>
    public int Take(int wanted)
    {
        lock (_gate)
        {
            if (_closed) return 0;
            var taken = Math.Min(wanted, _free);
            _free -= taken;
            if (_free == 0) _starved = true;
            return taken;
        }
    }

    public bool TryTake() => Take(1) == 1;

    public void Release(int count = 1)
    {
        bool wanted;
        lock (_gate)
        {
            _free += count;
            wanted = _starved && count > 0 && !_closed;
            _starved = false;
        }

        if (wanted) OnFreed?.Invoke();
    }

    /// <summary>No more slots: the node drains.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
    }
}
