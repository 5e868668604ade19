namespace Perdure.Testing;

public sealed partial class DurableTestRunner<TInput, TOutput>
{
    /// <inheritdoc/>
    /// <exception cref="TestExecutionSuspendedException">It waits for a callback, or something else that time cannot bring.</exception>
    /// <exception cref="TestExecutionLimitException">It was invoked more than <see cref="TestRunnerOptions.MaxInvocations"/> times.</exception>
    /// <exception cref="UnregisteredSiblingFunctionException">It called a function that is not registered.</exception>
    public async Task<TestResult<TOutput>> RunAsync(TInput input, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var arn = await StartAsync(input, timeout, cancellationToken).ConfigureAwait(false);
        return await WaitForResultAsync(arn, timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string> StartAsync(TInput input, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _session.StartAsync(input, timeout, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="TestExecutionSuspendedException">It waits for something that time cannot bring.</exception>
    /// <exception cref="TestExecutionLimitException">It was invoked more than <see cref="TestRunnerOptions.MaxInvocations"/> times.</exception>
    /// <exception cref="UnregisteredSiblingFunctionException">It called a function that is not registered.</exception>
    public Task<TestResult<TOutput>> WaitForResultAsync(
        string durableExecutionArn, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => _session.WaitUntilAsync(
        durableExecutionArn,
        static (record, serializer) => record.Execution.Status == ExecutionStatus.Running ? null : new TestResult<TOutput>(record, serializer),
        "the end", LookWhen.Settled, timeout, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="TestExecutionSuspendedException">None is open, and time cannot bring one.</exception>
    public Task<string> WaitForCallbackAsync(
        string durableExecutionArn, string? name = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        OpenCallback.WaitForAsync(_session, durableExecutionArn, name, timeout, cancellationToken);

    /// <inheritdoc/>
    public Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default) =>
        _session.AnswerAsync(client => client.SendCallbackSuccessAsync(callbackId, result, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default) =>
        _session.AnswerAsync(client => client.SendCallbackFailureAsync(callbackId, error, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default) => _session.HeartbeatAsync(callbackId, cancellationToken);

    /// <summary>Asks an execution to end in an orderly way, as <see cref="IPerdureClient.CancelAsync"/> does.</summary>
    /// <param name="durableExecutionArn">The execution.</param>
    /// <param name="reason">Why: at most 1,024 characters.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False when it is over, or being cancelled already.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ArgumentException">The reason is too long or no valid text.</exception>
    public Task<bool> CancelAsync(string durableExecutionArn, string? reason = null, CancellationToken cancellationToken = default) =>
        _session.CancelAsync(durableExecutionArn, reason, cancellationToken);

    /// <summary>Moves the clock, stopping at everything that falls due on the way.</summary>
    /// <param name="by">How far: zero, which only lets everything run that can, or more.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    /// <exception cref="TimeoutException">A body did not end within <see cref="TestRunnerOptions.DefaultTimeout"/>.</exception>
    public Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        return _session.AdvanceAsync(by, cancellationToken);
    }

    /// <summary>An operation of an execution, by its name: the first of that name in start order.</summary>
    /// <param name="name">The name that the function gives it.</param>
    /// <param name="durableExecutionArn">The execution; null for the one that this runner started last.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public TestOperation Operation(string name, string? durableExecutionArn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new TestOperation(_session, name, durableExecutionArn);
    }

    /// <summary>The record of an execution that may still be under way, as text for <see cref="ReplayVerifier"/>.</summary>
    /// <param name="durableExecutionArn">The execution; null for the one that this runner started last.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="InvalidOperationException">No execution was started yet.</exception>
    public Task<string> ExportHistoryAsync(string? durableExecutionArn = null, CancellationToken cancellationToken = default) =>
        _session.LookAsync(durableExecutionArn ?? _session.LatestArn, static (record, _) => HistoryJson.Write(record), cancellationToken);
}
