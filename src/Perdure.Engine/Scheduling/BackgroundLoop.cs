using Microsoft.Extensions.Logging;
using Perdure.Replay;

namespace Perdure.Engine.Scheduling;

/// <summary>The one shape of background work: <see cref="RunOnceAsync"/> when triggered, or when the time it asked for has come.</summary>
internal abstract partial class BackgroundLoop(WorkQueue work, TimeProvider clock, EngineActivity activity, ILogger logger) : IDisposable
{
    private static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private DateTimeOffset? _nextRun;
    private bool _running;
    private bool _again;
    private bool _stopped;

    protected TimeProvider Clock => clock;

    /// <summary>One pass.</summary>
    /// <returns>When the next pass is due without a trigger; null for only on a trigger.</returns>
    public abstract Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken);

    /// <summary>Runs a pass now, or once more after the one that is running.</summary>
    public void Trigger()
    {
        lock (_gate)
        {
            if (_stopped) return;
            if (_running)
            {
                _again = true;
                return;
            }

            _running = true;
            activity.Enter();
        }

        work.Post(() => _ = RunAsync());
    }

    /// <summary>Makes sure that a pass runs no later than at this instant.</summary>
    public void TriggerAt(DateTimeOffset at)
    {
        if (at <= clock.GetUtcNow())
        {
            Trigger();
            return;
        }

        lock (_gate)
        {
            if (_stopped || _nextRun <= at) return;
            Arm_NeedsLock(at);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            _timer?.Dispose();
        }

        _stopping.Cancel();
    }

    private void Arm_NeedsLock(DateTimeOffset at)
    {
        _nextRun = at;
        var delay = at - clock.GetUtcNow();
        if (delay < TimeSpan.Zero) delay = TimeSpan.Zero;

        // The system's timers reach no further than 49 days; waking early and arming again costs nothing.
        if (delay > TimeSpan.FromDays(40)) delay = TimeSpan.FromDays(40);
        if (_timer is null) _timer = clock.CreateTimer(static state => ((BackgroundLoop)state!).OnTimer(), this, delay, Timeout.InfiniteTimeSpan);
        else _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate) _nextRun = null;
        Trigger();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            DateTimeOffset? next;
            try
            {
                next = await RunOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                next = null;
            }
            catch (Exception error)
            {
                LogFailed(logger, GetType().Name, error);
                next = clock.GetUtcNow() + RetryAfterError;
            }

            lock (_gate)
            {
                if (next is { } at && !_stopped && !(_nextRun <= at)) Arm_NeedsLock(at);
                if (!_again || _stopped)
                {
                    _running = false;
                    break;
                }

                _again = false;
            }
        }

        activity.Exit();
    }

    public void Dispose()
    {
        Stop();
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Error, Message = "{Loop} failed; it runs again in a second.")]
    private static partial void LogFailed(ILogger logger, string loop, Exception error);
}
