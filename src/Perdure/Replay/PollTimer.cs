using Perdure.Operations;

namespace Perdure.Replay;

/// <summary>While a body keeps the invocation alive, asks the service at the time when it will have moved a waiting sibling on.</summary>
internal sealed class PollTimer(TimeProvider clock, Action poll) : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private DateTimeOffset? _armedFor;
    private bool _disposed;

    /// <param name="open">What the code awaits: the timer is set to the earliest of those that wait for time.</param>
    public void Arm(IEnumerable<DurableOperation> open)
    {
        DateTimeOffset? wakesAt = null;
        foreach (var operation in open)
        {
            if (operation.AwaitsService && operation.WakesAt is { } at && (wakesAt is null || at < wakesAt)) wakesAt = at;
        }

        lock (_gate)
        {
            if (_disposed || wakesAt is null || wakesAt == _armedFor) return;
            var delay = wakesAt.Value - clock.GetUtcNow();

            // Due and still not moved on: our clock runs ahead of the service's. Ask again soon, not at once.
            if (delay <= TimeSpan.Zero) delay = Shortest;
            _armedFor = wakesAt;
            if (_timer is null) _timer = clock.CreateTimer(static state => ((PollTimer)state!).Fire(), this, Clamp(delay), Timeout.InfiniteTimeSpan);
            else _timer.Change(Clamp(delay), Timeout.InfiniteTimeSpan);
        }
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _armedFor = null;
        }

        poll();
    }

    private static TimeSpan Clamp(TimeSpan delay) => delay < TimeSpan.FromDays(1) ? delay : TimeSpan.FromDays(1);

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }
}
