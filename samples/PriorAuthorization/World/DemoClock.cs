using System.Globalization;
using System.Text;

namespace PriorAuthorization;

/// <summary>The system's clock, moved ahead by as much as somebody has asked for: what waits for a day need not be waited for.</summary>
/// <remarks>How far ahead it is stays in a file: a clock that went back at a restart would keep every timer waiting.</remarks>
internal sealed class DemoClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<MovedTimer> _timers = [];
    private readonly string? _path;
    private TimeSpan _ahead;

    /// <exception cref="InvalidDataException">The file does not say how far ahead the clock is.</exception>
    public DemoClock(DataFolder folder)
    {
        _path = folder.File("clock.txt");
        if (_path is not null && File.Exists(_path)) _ahead = Read(_path);
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
            if (_path is not null) Write(_path, _ahead + by);
            _ahead += by;
            timers = [.. _timers];
        }

        foreach (var timer in timers) timer.Look();
    }

    private static TimeSpan Read(string path) =>
        TimeSpan.TryParseExact(File.ReadAllText(path).Trim(), "c", CultureInfo.InvariantCulture, out var ahead) && ahead >= TimeSpan.Zero
            ? ahead
            : throw new InvalidDataException($"{path} does not say how far ahead the clock is. Put it right (1.00:00:00 is a day), or delete the whole data directory to begin anew.");

    /// <summary>Whenever the process is killed, the file holds the one or the other.</summary>
    private static void Write(string path, TimeSpan ahead)
    {
        var next = path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(ahead.ToString("c", CultureInfo.InvariantCulture)));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
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
