using System.Globalization;

namespace PriorAuthorization;

/// <summary>The system's clock, moved ahead by as much as somebody has asked for: what waits for a day need not be waited for.</summary>
/// <remarks>How far ahead it is stays in a file: a clock that went back at a restart would keep every timer waiting.</remarks>
internal sealed class DemoClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<MovedTimer> _timers = [];
    private readonly string? _path;
    private TimeSpan _ahead;

    public DemoClock(DataFolder folder)
    {
        _path = folder.File("clock.txt");
        if (_path is not null && File.Exists(_path) && TimeSpan.TryParse(File.ReadAllText(_path), CultureInfo.InvariantCulture, out var ahead)) _ahead = ahead;
    }

    public TimeSpan Ahead
    {
        get
        {
            lock (_gate) return _ahead;
        }
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves ahead; timers that are due by then fire.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        MovedTimer[] timers;
        lock (_gate)
        {
            _ahead += by;
            if (_path is not null) File.WriteAllText(_path, _ahead.ToString("c", CultureInfo.InvariantCulture));
            timers = [.. _timers];
        }

        foreach (var timer in timers) timer.Look();
    }

    private void Track(MovedTimer timer, bool isRunning)
    {
        lock (_gate)
        {
            if (isRunning) _timers.Add(timer);
            else _timers.Remove(timer);
        }
    }

    /// <summary>A timer of the system that is set again when the clock is moved.</summary>
    private sealed class MovedTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly DemoClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private DateTimeOffset? _dueAt;
        private TimeSpan _period;

        public MovedTimer(DemoClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _timer = System.CreateTimer(static timer => ((MovedTimer)timer!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan); // given above
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _period = period;
                _dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetUtcNow() + dueTime;
                _clock.Track(this, _dueAt is not null);
                return Set();
            }
        }

        /// <summary>Fires if it is time, and otherwise waits for the rest.</summary>
        public void Look()
        {
            lock (_gate)
            {
                if (_dueAt is not { } dueAt) return;
                var now = _clock.GetUtcNow();
                if (now < dueAt)
                {
                    Set();
                    return;
                }

                var repeats = _period > TimeSpan.Zero;
                _dueAt = repeats ? now + _period : null;
                if (!repeats) _clock.Track(this, isRunning: false);
                Set();
            }

            _callback(_state);
        }

        private bool Set()
        {
            var rest = _dueAt is { } dueAt ? dueAt - _clock.GetUtcNow() : Timeout.InfiniteTimeSpan;
            return _timer.Change(_dueAt is null || rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            lock (_gate) _dueAt = null;
            _clock.Track(this, isRunning: false);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return _timer.DisposeAsync();
        }
    }
}
