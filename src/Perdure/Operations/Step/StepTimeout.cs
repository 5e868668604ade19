using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>Ends an attempt that takes too long: first by its token, then by no longer waiting for it.</summary>
internal static class StepTimeout
{
    /// <summary>How long a body may take to notice its token.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <exception cref="StepTimeoutException">The time ran out before the body ended.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> body, TimeSpan? timeout, WorkQueue queue, TimeProvider clock, OperationRequest request, CancellationToken cancellationToken)
    {
        if (timeout is not { } limit) return await body(cancellationToken).ConfigureAwait(false);

        using var expiry = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        using var ended = new CancellationTokenSource();
        var work = StartAsync(body, queue, both.Token);
        var overdue = Task.Delay(limit + Grace, clock, ended.Token);
        if (await Task.WhenAny(work, overdue).ConfigureAwait(false) != work)
        {
            // Whatever it still does is nobody's: observed, so that its failure does not surface elsewhere.
            _ = work.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new StepTimeoutException($"{request} did not end within its timeout of {limit} and was abandoned {Grace.TotalSeconds:0} s later: its body does not listen to its token.");
        }

        // Here and now: CancelAsync would go on with the body's outcome on the thread pool, whatever work queue the body ran on.
        ended.Cancel();
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StepTimeoutException($"{request} did not end within its timeout of {limit}.");
        }
    }

    /// <summary>A work item of its own: a body that blocks its thread must not block what waits for its time to run out.</summary>
    private static Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> body, WorkQueue queue, CancellationToken token)
    {
        var ended = new TaskCompletionSource<T>();
        var flow = ExecutionContext.Capture();
        queue.Post(() =>
        {
            if (flow is null) _ = RunAsync();
            else ExecutionContext.Run(flow, _ => _ = RunAsync(), null);
        });
        return ended.Task;

        async Task RunAsync()
        {
            try
            {
                ended.SetResult(await body(token).ConfigureAwait(false));
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        }
    }
}
