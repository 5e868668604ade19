namespace Perdure.Testing;

/// <summary>One operation of an execution that may still be under way: to be looked at, waited for, and answered.</summary>
public sealed class TestOperation
{
    private readonly TestSession _session;
    private readonly string _name;
    private readonly string? _executionArn;

    internal TestOperation(TestSession session, string name, string? executionArn)
    {
        _session = session;
        _name = name;
        _executionArn = executionArn;
    }

    private string ExecutionArn => _executionArn ?? _session.LatestArn;

    /// <summary>The operation as it stands; null when it is not recorded yet.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidOperationException">No execution was started yet.</exception>
    public Task<TestStep?> GetAsync(CancellationToken cancellationToken = default) =>
        _session.LookAsync(ExecutionArn, (record, serializer) => Find(TestStep.From(record, serializer)), cancellationToken);

    /// <summary>Waits until the operation has a status, even while its body runs.</summary>
    /// <param name="status">The status. <see cref="OperationStatus.Started"/> holds for everything after it too: an operation may be quicker than the test.</param>
    /// <param name="timeout">How much real time to wait; null for the runner's default.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The operation as it then stood.</returns>
    /// <exception cref="TimeoutException">It did not get there in time.</exception>
    /// <exception cref="InvalidOperationException">The execution, or the operation, ended in another way; or no execution was started yet.</exception>
    public Task<TestStep> WaitForAsync(OperationStatus status, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var arn = ExecutionArn;
        return _session.WaitUntilAsync(
            arn,
            (record, serializer) =>
            {
                var step = Find(TestStep.From(record, serializer));
                if (step is not null && (step.Status == status || status == OperationStatus.Started)) return step;
                if (step is { IsOpen: false })
                    throw new InvalidOperationException($"Operation '{_name}' of {arn} ended {step.Status}, not {status}.");
                return record.Execution.Status == ExecutionStatus.Running ? null : throw new InvalidOperationException(
                    $"{arn} ended {record.Execution.Status} before its operation '{_name}' was {status}" +
                    (record.Execution.Error is { } error ? $": {error.ErrorType}: {error.ErrorMessage}" : "."));
            },
            $"operation '{_name}' {status}", LookWhen.BodyBegins, timeout, cancellationToken);
    }

    /// <summary>Answers the callback of this name, or the one of the <c>WaitForCallbackAsync</c> of this name; waits until it is open.</summary>
    /// <param name="result">The answer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TimeoutException">It is not open within the runner's default.</exception>
    /// <exception cref="InvalidOperationException">The execution ended without it.</exception>
    public async Task SendCallbackSuccessAsync<TResult>(TResult result, CancellationToken cancellationToken = default)
    {
        var callbackId = await OpenCallback.WaitForAsync(_session, ExecutionArn, _name, null, cancellationToken).ConfigureAwait(false);
        await _session.AnswerAsync(client => client.SendCallbackSuccessAsync(callbackId, result, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reports a failure to the callback of this name; waits until it is open.</summary>
    /// <param name="error">The failure; null for one without details.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TimeoutException">It is not open within the runner's default.</exception>
    /// <exception cref="InvalidOperationException">The execution ended without it.</exception>
    public async Task SendCallbackFailureAsync(ErrorObject? error = null, CancellationToken cancellationToken = default)
    {
        var callbackId = await OpenCallback.WaitForAsync(_session, ExecutionArn, _name, null, cancellationToken).ConfigureAwait(false);
        await _session.AnswerAsync(client => client.SendCallbackFailureAsync(callbackId, error, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Restarts the heartbeat timeout of the callback of this name; waits until it is open.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TimeoutException">It is not open within the runner's default.</exception>
    /// <exception cref="InvalidOperationException">The execution ended without it.</exception>
    public async Task SendCallbackHeartbeatAsync(CancellationToken cancellationToken = default)
    {
        var callbackId = await OpenCallback.WaitForAsync(_session, ExecutionArn, _name, null, cancellationToken).ConfigureAwait(false);
        await _session.HeartbeatAsync(callbackId, cancellationToken).ConfigureAwait(false);
    }

    private TestStep? Find(IReadOnlyList<TestStep> steps) => steps.FirstOrDefault(step => step.Name == _name);
}

/// <summary>A callback that can be answered, by its own name or by that of the context around it.</summary>
internal static class OpenCallback
{
    public static Task<string> WaitForAsync(TestSession session, string executionArn, string? name, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var awaited = name is null ? "a callback" : $"the callback '{name}'";
        return session.WaitUntilAsync(
            executionArn,
            (record, serializer) => Find(TestStep.From(record, serializer), name)
                ?? (record.Execution.Status == ExecutionStatus.Running ? null : throw new InvalidOperationException(
                    $"{executionArn} ended {record.Execution.Status} without opening {awaited}" +
                    (record.Execution.Error is { } error ? $": {error.ErrorType}: {error.ErrorMessage}" : "."))),
            awaited, LookWhen.Committed, timeout, cancellationToken);
    }

    private static string? Find(IReadOnlyList<TestStep> steps, string? name) => steps
        .Where(step => step is { Kind: OperationKind.Callback, IsOpen: true })
        .FirstOrDefault(step => name is null || step.Name == name || steps.Any(parent => parent.Id == step.ParentId && parent.Name == name))?.GetCallbackId();
}
