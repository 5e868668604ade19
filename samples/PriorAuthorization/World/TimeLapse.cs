using Perdure;

namespace PriorAuthorization;

/// <summary>
/// Lets time pass for the demonstration, in strides of a quarter of an hour, and never while a step's body is at work: a model that thinks for
/// a minute should not time out, and its execution's lease not run out.
/// </summary>
/// <remarks>
/// One exception: when bodies have been at work for two minutes of real time without a pause, one of them may hang, and a timeout on this
/// clock is what would end it. Time passes by a single stride then, which the lease outlasts, and waits again. A body that begins at the
/// very moment of a stride loses no more than that one.
/// </remarks>
internal sealed class TimeLapse(DemoClock clock) : IDurableInterceptor
{
    public static readonly TimeSpan Stride = TimeSpan.FromMinutes(15);

    /// <summary>For the engine: it renews a lease when a third of it is over, so there must be strides enough to do it in.</summary>
    public static readonly TimeSpan Lease = 4 * Stride;

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(4);

    private readonly Lock _gate = new();
    private int _running;

    /// <summary>Completed when nothing is at work any more; one for each time that work begins.</summary>
    private TaskCompletionSource _idle = NewIdle();

    /// <summary>Measures what people wait for.</summary>
    public TimeProvider RealTime { get; init; } = TimeProvider.System;

    public async Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
    {
        lock (_gate)
        {
            if (_running++ == 0) _idle = NewIdle();
        }

        try
        {
            await next();
        }
        finally
        {
            TaskCompletionSource? idle;
            lock (_gate) idle = --_running == 0 ? _idle : null;
            idle?.SetResult();
        }
    }

    /// <summary>Returns when so much time has passed.</summary>
    public async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        for (var left = time; left > TimeSpan.Zero; left -= Stride)
        {
            await WhenIdleAsync(cancellationToken);
            clock.Advance(left < Stride ? left : Stride);

            // What has fallen due begins its work.
            await Task.Delay(Breath, RealTime, cancellationToken);
        }
    }

    private async Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        while (Work() is { } work)
        {
            try
            {
                await work.WaitAsync(Patience, RealTime, cancellationToken);
            }
            catch (TimeoutException)
            {
                return; // see above: a body that hangs must not hold up time
            }
        }
    }

    /// <summary>Over when what is at work now is done; null when nothing is.</summary>
    private Task? Work()
    {
        lock (_gate) return _running == 0 ? null : _idle.Task;
    }

    private static TaskCompletionSource NewIdle() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
