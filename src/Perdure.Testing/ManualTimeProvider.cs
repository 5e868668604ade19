namespace Perdure.Testing;

/// <summary>A clock that moves only when told to. Timers fire on the thread that moves it, in order of their time.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _timers = new(Comparer<ManualTimer>.Create(
        static (a, b) => a.DueAt != b.DueAt ? a.DueAt.CompareTo(b.DueAt) : a.Number.CompareTo(b.Number)));

    private DateTimeOffset _now;
    private long _timersMade;

    /// <summary>A clock that stands at this instant.</summary>
    public ManualTimeProvider(DateTimeOffset start) => _now = start;

    /// <summary>A clock that stands at the beginning of 2026.</summary>
    public ManualTimeProvider() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>When the earliest timer is due; null when there is none.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (_gate) return _timers.Min?.DueAt;
        }
    }

    /// <summary>Moves the clock on, firing every timer on the way.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        AdvanceTo(GetUtcNow() + by);
    }

    /// <summary>Moves the clock to an instant; does nothing when it is past.</summary>
    public void AdvanceTo(DateTimeOffset instant)
    {
        while (TakeDue(instant) is { } timer) timer.Fire();
    }

    private ManualTimer? TakeDue(DateTimeOffset instant)
    {
        lock (_gate)
        {
            if (_timers.Min is { } timer && timer.DueAt <= instant)
            {
                _timers.Remove(timer);
                if (timer.DueAt > _now) _now = timer.DueAt;
                if (timer.Period > TimeSpan.Zero) Add_NeedsLock(timer, timer.Period);
                return timer;
            }

            if (instant > _now) _now = instant;
            return null;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state, Interlocked.Increment(ref _timersMade));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Add_NeedsLock(ManualTimer timer, TimeSpan dueTime)
    {
        timer.DueAt = _now + dueTime;
        _timers.Add(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state, long number) : ITimer
    {
        public DateTimeOffset DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public long Number => number;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var fireNow = false;
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                Period = period;
                if (dueTime == TimeSpan.Zero) fireNow = true;
                else if (dueTime != Timeout.InfiniteTimeSpan) clock.Add_NeedsLock(this, dueTime);
            }

            if (fireNow) Fire();
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
