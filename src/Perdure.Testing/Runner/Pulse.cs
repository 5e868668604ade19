using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>Something that happens again and again. Whoever took a <see cref="Beat"/> before looking at the world can tell, and await, that it happened since.</summary>
internal sealed class Pulse
{
    private readonly Lock _gate = new();
    private Beat _next = new();

    /// <summary>The next time that it happens.</summary>
    public Beat Next
    {
        get
        {
            lock (_gate) return _next;
        }
    }

    /// <summary>It happens.</summary>
    public void Happen()
    {
        Beat beat;
        lock (_gate)
        {
            beat = _next;
            _next = new Beat();
        }

        beat.Happen();
    }

    /// <summary>One time.</summary>
    internal sealed class Beat
    {
        private readonly Completion<bool> _completion = ThreadPoolWorkQueue.Instance.NewCompletion<bool>();
        private int _happened;

        /// <summary>True at once when it happens; the task follows on the work queue.</summary>
        public bool HasHappened => Volatile.Read(ref _happened) != 0;

        public Task Task => _completion.Task;

        public void Happen()
        {
            Volatile.Write(ref _happened, 1);
            _completion.Set(true);
        }
    }
}
