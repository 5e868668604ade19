using System.Collections.Concurrent;

namespace Perdure.Server.Invocation.Process;

/// <summary>The workers of one function: as many as run at the same time, started when they are needed, kept for the next invocation.</summary>
internal sealed class WorkerPool(WorkerCommand command, WorkerLimits limits, Func<WorkerService> service, TimeProvider clock, WorkerLog log) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A worker may end in the moment in which it is given an invocation, such as after an error that it reported: another one gets it.</summary>
    private const int MostDeadWorkers = 3;

    private readonly SemaphoreSlim _places = new(limits.Concurrency);
    private readonly ConcurrentStack<WorkerProcess> _idle = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _notBefore;
    private int _failures;

    public async Task<RemoteAnswer> InvokeAsync(RemoteInvocation invocation, CancellationToken lost)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(lost, _closing.Token);
        var holdsPlace = false;
        try
        {
            await _places.WaitAsync(given.Token).ConfigureAwait(false);
            holdsPlace = true;
            RemoteAnswer answer;
            var tries = 0;
            do
            {
                var worker = await TakeAsync(given.Token).ConfigureAwait(false);
                answer = await worker.InvokeAsync(invocation, limits.Invocation, given.Token).ConfigureAwait(false);
                await KeepAsync(worker).ConfigureAwait(false);
            }
            while (answer is RemoteAnswer.NotReached && ++tries < MostDeadWorkers);
            return answer;
        }
        catch (OperationCanceledException)
        {
            return new RemoteAnswer.Abandoned();
        }
        catch (WorkerStartException error)
        {
            return new RemoteAnswer.NotReached(error.Error);
        }
        finally
        {
            if (holdsPlace) _places.Release();
        }
    }

    private async Task<WorkerProcess> TakeAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var idle))
        {
            if (idle.IsAlive) return idle;
            await idle.DisposeAsync().ConfigureAwait(false);
        }

        if (Pause() is { } pause) await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        try
        {
            var started = await WorkerProcess.StartAsync(command, service(), limits.Start, clock, log, cancellationToken).ConfigureAwait(false);
            lock (_gate) _failures = 0;
            return started;
        }
        catch (WorkerStartException error)
        {
            log.NotStarted(error.Message, NoteFailure());
            throw;
        }
    }

    /// <summary>A command that fails is not tried over and over.</summary>
    private TimeSpan? Pause()
    {
        lock (_gate) return _failures > 0 && _notBefore - clock.GetUtcNow() is { Ticks: > 0 } left ? left : null;
    }

    private TimeSpan NoteFailure()
    {
        lock (_gate)
        {
            var pause = FirstPause * Math.Pow(2, Math.Min(_failures++, 16));
            if (pause > LongestPause) pause = LongestPause;
            _notBefore = clock.GetUtcNow() + pause;
            return pause;
        }
    }

    private async Task KeepAsync(WorkerProcess worker)
    {
        if (worker.IsAlive && !_closing.IsCancellationRequested)
        {
            _idle.Push(worker);
            if (!_closing.IsCancellationRequested) return;
            if (!_idle.TryPop(out worker!)) return; // somebody else has taken it, to end it
        }

        await worker.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the workers. Invocations that still run are abandoned.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        while (_idle.TryPop(out var worker)) await worker.DisposeAsync().ConfigureAwait(false);

        // Whoever still has a worker gives its place back when that one has ended.
        for (var place = 0; place < limits.Concurrency; place++) await _places.WaitAsync().ConfigureAwait(false);
    }
}

/// <param name="Concurrency">Workers at the same time.</param>
/// <param name="Invocation">How long an invocation may take.</param>
/// <param name="Start">How long a worker may take until it asks for its first invocation.</param>
internal sealed record WorkerLimits(int Concurrency, TimeSpan Invocation, TimeSpan Start);
