using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>An event that may happen again and again: whoever took <see cref="Next"/> before looking misses none.</summary>
internal sealed class Pulse
{
    private readonly Lock _gate = new();
    private Completion<bool> _next = ThreadPoolWorkQueue.Instance.NewCompletion<bool>();

    public Task Next
    {
        get
        {
            lock (_gate) return _next.Task;
        }
    }

    public void Beat()
    {
        Completion<bool> beaten;
        lock (_gate)
        {
            beaten = _next;
            _next = ThreadPoolWorkQueue.Instance.NewCompletion<bool>();
        }

        beaten.Set(true);
    }
}
