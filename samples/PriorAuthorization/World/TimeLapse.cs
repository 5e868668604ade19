using Perdure;

namespace PriorAuthorization;

/// <summary>Lets time pass for the demonstration, in steps of an hour, and never while a step's body is at work: a model that thinks for a second should not time out.</summary>
internal sealed class TimeLapse(DemoClock clock) : IDurableInterceptor
{
    private static readonly TimeSpan Stride = TimeSpan.FromHours(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource _idle = new();

    public async Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
    {
        Change(+1);
        try
        {
            await next();
        }
        finally
        {
            Change(-1);
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
            await Task.Delay(Breath, TimeProvider.System, cancellationToken);
        }
    }

    private async Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate) idle = _running == 0 ? Task.CompletedTask : _idle.Task;
        try
        {
            await idle.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A body that hangs must not hold up time: it is what its timeout is for.
        }
    }

    private void Change(int by)
    {
        lock (_gate)
        {
            _running += by;
            if (_running == 0) _idle.TrySetResult();
            else if (_idle.Task.IsCompleted) _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
