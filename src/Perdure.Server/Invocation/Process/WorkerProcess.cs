using Microsoft.Extensions.Logging;

namespace Perdure.Server.Invocation.Process;

/// <summary>One worker: a process that asks for invocations, one after another.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan SignalDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly System.Diagnostics.Process _process;
    private readonly RuntimeApi _api;
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _lastLines = new();
    private readonly Task _output;
    private readonly int _processId;
    private int _ended;
    private int _exitCode;
    private volatile bool _isKilled;

    private WorkerProcess(System.Diagnostics.Process process, RuntimeApi api, TimeProvider clock, WorkerLog log)
    {
        (_process, _processId, _api, _clock) = (process, process.Id, api, clock);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => OnExited(log);
        _output = Task.WhenAll(
            log.PumpAsync(process.StandardOutput, LogLevel.Information, () => api.ExecutionArn, null),
            log.PumpAsync(process.StandardError, LogLevel.Warning, () => api.ExecutionArn, _lastLines));
        log.Started(_processId);
        if (process.HasExited) OnExited(log);
        else _ = EndWithOutputAsync(log);
    }

    /// <summary>The second sign of its end: a server that was started with SIGCHLD ignored or blocked is never told that a child has ended. Its shell holds the output as long as it lives.</summary>
    private async Task EndWithOutputAsync(WorkerLog log)
    {
        await _output.ConfigureAwait(false);
        await Task.WhenAny(_exited.Task, Task.Delay(SignalDelay, _clock)).ConfigureAwait(false); // the signal knows the exit code
        OnExited(log);
    }

    /// <summary>Whether it can be given another invocation.</summary>
    public bool IsAlive => !_isKilled && !_exited.Task.IsCompleted;

    /// <summary>Starts a process and waits until it asks for its first invocation.</summary>
    /// <param name="command">What to start.</param>
    /// <param name="service">What it is told of the API.</param>
    /// <param name="limit">For how long it is waited for.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="log">Where its lines go.</param>
    /// <param name="cancellationToken">Ends the waiting, and the process.</param>
    /// <exception cref="WorkerStartException">It ended, said that it cannot start, or did not ask in time.</exception>
    public static async Task<WorkerProcess> StartAsync(
        WorkerCommand command, WorkerService service, TimeSpan limit, TimeProvider clock, WorkerLog log, CancellationToken cancellationToken)
    {
        var api = await RuntimeApi.StartAsync().ConfigureAwait(false);
        System.Diagnostics.Process? process = null;
        try
        {
            process = System.Diagnostics.Process.Start(command.StartInfo(service, api.Address));
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            await api.DisposeAsync().ConfigureAwait(false);
            throw new WorkerStartException(WorkerErrors.NotStarted(command.Command, error.Message));
        }

        var worker = new WorkerProcess(process!, api, clock, log); // without a shell there is always a new one
        try
        {
            await Task.WhenAny(api.Asked, worker._exited.Task).WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            throw new WorkerStartException(WorkerErrors.NotStarted(command.Command, $"it did not ask for an invocation within {limit.TotalSeconds} s.{worker.LastLines()}"));
        }
        catch (OperationCanceledException)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (worker.IsAlive) return worker;
        await worker.DisposeAsync().ConfigureAwait(false);
        throw new WorkerStartException(api.InitError ?? WorkerErrors.NotStarted(command.Command, $"{WorkerErrors.Describe(worker.ExitCode)}.{worker.LastLines()}"));
    }

    /// <summary>Has it run an invocation. A worker that exceeds the limit, or whose invocation is lost, is killed: nothing else would stop it.</summary>
    public async Task<RemoteAnswer> InvokeAsync(RemoteInvocation invocation, TimeSpan limit, CancellationToken lost)
    {
        var answer = _api.DeliverAsync(invocation, _clock.GetUtcNow() + limit);
        if (!IsAlive) EndCurrent(); // it ended before it was given this one, so nobody else tells of it
        try
        {
            return await answer.WaitAsync(limit, _clock, lost).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _api.End((_, id) => new RemoteAnswer.Threw(WorkerErrors.TimedOut(id, limit)));
        }
        catch (OperationCanceledException)
        {
            _api.End(static (_, _) => new RemoteAnswer.Abandoned());
        }

        Kill();
        return await answer.ConfigureAwait(false); // ended above, or answered in that very moment
    }

    /// <summary>Known from its end on, also when the process itself is no longer held; 0 when nobody was told.</summary>
    private int ExitCode => Volatile.Read(ref _exitCode);

    private void OnExited(WorkerLog log)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        Volatile.Write(ref _exitCode, ReadExitCode());
        log.Ended(_processId, WorkerErrors.Describe(ExitCode));
        _exited.TrySetResult();
        EndCurrent();
    }

    private int ReadExitCode()
    {
        try
        {
            return _process.HasExited ? _process.ExitCode : 0;
        }
        catch (InvalidOperationException)
        {
            return 0; // let go of meanwhile
        }
    }

    private void EndCurrent() => _api.End((hasBegun, id) => hasBegun
        ? new RemoteAnswer.Threw(WorkerErrors.Exit(id, ExitCode))
        : new RemoteAnswer.NotReached(WorkerErrors.Exit(id, ExitCode)));

    private string LastLines()
    {
        lock (_lastLines) return _lastLines.Count == 0 ? "" : $" Its last lines: {string.Join(" | ", _lastLines)}";
    }

    private void Kill()
    {
        _isKilled = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended meanwhile, or parts of it have.
        }
    }

    /// <summary>Kills it, with all that it started.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Task.WhenAny(_exited.Task, Task.Delay(EndLimit, _clock)).ConfigureAwait(false);
        await _api.DisposeAsync().ConfigureAwait(false);

        // Not what it wrote: something that it started may hold its output open, and is not waited for.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1), _clock)).ConfigureAwait(false);
        _process.Dispose();
    }
}

/// <summary>No worker could be started.</summary>
internal sealed class WorkerStartException(ErrorObject error) : Exception(error.ErrorMessage)
{
    public ErrorObject Error => error;
}
