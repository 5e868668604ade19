namespace Perdure.Testing;

/// <summary>How an execution ended, and all that is recorded of it.</summary>
/// <typeparam name="TOutput">What the function returns.</typeparam>
public sealed class TestResult<TOutput>
{
    private readonly RecordedExecution _record;

    internal TestResult(RecordedExecution record, IDurableSerializer serializer)
    {
        _record = record;
        Steps = TestStep.From(record, serializer);
        var execution = record.Execution;
        if (execution is { Status: ExecutionStatus.Succeeded, Result: { } text })
            Result = serializer.Deserialize<TOutput>(text, new DurableSerializationContext(record.Operations[0].Id, execution.Arn));
    }

    /// <summary>Reads a finished execution of any service: for a host, and for runners of other targets.</summary>
    /// <param name="client">A client of the service.</param>
    /// <param name="executionArn">The execution.</param>
    /// <param name="serializer">Reads payloads, as the function's host writes them. Null: <see cref="JsonDurableSerializer"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="InvalidOperationException">It is not over.</exception>
    public static async Task<TestResult<TOutput>> ReadAsync(
        IPerdureClient client, string executionArn, IDurableSerializer? serializer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var record = await RecordedExecution.ReadAsync(client, executionArn, cancellationToken).ConfigureAwait(false);
        return record.Execution.Status == ExecutionStatus.Running
            ? throw new InvalidOperationException($"{executionArn} is not over; wait for its end first.")
            : new TestResult<TOutput>(record, serializer ?? new JsonDurableSerializer());
    }

    /// <summary>Whether the function returned; an execution that failed, timed out or was stopped is <see cref="InvocationStatus.Failed"/>.</summary>
    public InvocationStatus Status => IsSucceeded ? InvocationStatus.Succeeded : InvocationStatus.Failed;

    /// <summary>How exactly it ended.</summary>
    public ExecutionStatus ExecutionStatus => _record.Execution.Status;

    /// <summary>Whether the function returned.</summary>
    public bool IsSucceeded => ExecutionStatus == ExecutionStatus.Succeeded;

    /// <summary>Whether it ended in any other way.</summary>
    public bool IsFailed => !IsSucceeded;

    /// <summary>What the function returned; the default when it did not.</summary>
    public TOutput? Result { get; }

    /// <summary>The recorded text of the result; null when none is recorded.</summary>
    internal string? ResultText => _record.Execution.Result;

    /// <summary>Why it failed; null when it did not.</summary>
    public ErrorObject? Error => _record.Execution.Error;

    /// <summary>The execution.</summary>
    public string DurableExecutionArn => _record.Execution.Arn;

    /// <summary>How often the function was invoked; null where the service does not say.</summary>
    public int? InvocationCount => _record.Invocations;

    /// <summary>When it started, on the engine's clock.</summary>
    public DateTimeOffset StartedAt => _record.Execution.StartedAt;

    /// <summary>When it ended, on the engine's clock.</summary>
    public DateTimeOffset? EndedAt => _record.Execution.EndedAt;

    /// <summary>Every recorded operation, those inside contexts too, in start order.</summary>
    public IReadOnlyList<TestStep> Steps { get; }

    /// <summary>The history, in the order in which it was recorded.</summary>
    public IReadOnlyList<HistoryEvent> Events => _record.Events;

    /// <summary>The first operation of this name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TestStep GetStep(string name) => FindStep(name) ?? throw new InvalidOperationException(
        $"{DurableExecutionArn} has no operation '{name}'. It has: {(Steps.Count == 0 ? "none" : string.Join(", ", Steps.Select(static step => step.ToString())))}.");

    /// <summary>The first operation of this name; null when there is none.</summary>
    public TestStep? FindStep(string name) => Steps.FirstOrDefault(step => step.Name == name);

    /// <summary>All operations of this name, in start order.</summary>
    public IReadOnlyList<TestStep> GetSteps(string name) => [.. Steps.Where(step => step.Name == name)];

    /// <summary>The operation of this id.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TestStep GetStepById(string operationId) => Steps.FirstOrDefault(step => step.Id == operationId)
        ?? throw new InvalidOperationException($"{DurableExecutionArn} has no operation with the id {operationId}.");

    /// <summary>The operations inside a context, in start order.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="parent"/> is null.</exception>
    public IReadOnlyList<TestStep> GetChildren(TestStep parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return parent.Children;
    }

    /// <summary>All operations with this status, in start order.</summary>
    public IReadOnlyList<TestStep> GetStepsByStatus(OperationStatus status) => [.. Steps.Where(step => step.Status == status)];

    /// <summary>Throws, with the error and the operations in the message, unless the function returned.</summary>
    /// <exception cref="TestExecutionFailedException">It did not.</exception>
    public void EnsureSucceeded()
    {
        if (IsFailed) throw new TestExecutionFailedException(DurableExecutionArn, ExecutionStatus, Error, Steps);
    }

    /// <summary>The operations as a Mermaid flowchart: names, kinds, attempts and statuses, without ids, times or values. Stable text for snapshot tests.</summary>
    /// <remarks>Operations that ran side by side in one context may be ordered differently from run to run.</remarks>
    public string ToMermaid() => Mermaid.Of(_record, Steps);

    /// <summary>The whole record as text, for snapshot tests and for <see cref="ReplayVerifier"/>; see <see cref="HistoryJson"/> for what is stable.</summary>
    public string ToHistoryJson() => HistoryJson.Write(_record);
}
