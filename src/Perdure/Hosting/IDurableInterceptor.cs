namespace Perdure;

/// <summary>Watches invocations, operations and attempts of functions, for tracing, metrics and logs. Implement what you need.</summary>
/// <remarks>
/// <para>
/// A hook never harms an execution: an exception is logged and swallowed, and the other interceptors still run. A hook must not change anything
/// that a function can observe. The hooks without a task run between two turns of the function: they must be quick and must not block.
/// </para>
/// <para>
/// An operation's start is told once live, and again (<see cref="OperationEvent.IsReplay"/>) by every invocation that finds it still open; its end is
/// told once, by the invocation that first sees it. A crash in the moment between the record and the hook loses a hook, never repeats an end.
/// </para>
/// </remarks>
public interface IDurableInterceptor
{
    /// <summary>An invocation begins; its recorded state is loaded, no function code has run.</summary>
    ValueTask OnInvocationStartAsync(InvocationInfo invocation) => ValueTask.CompletedTask;

    /// <summary>An invocation has ended, also when it only suspends or broke.</summary>
    ValueTask OnInvocationEndAsync(InvocationInfo invocation, InvocationEndInfo end) => ValueTask.CompletedTask;

    /// <summary>Runs around a whole invocation. Call <paramref name="next"/> once.</summary>
    Task WrapInvocationAsync(InvocationInfo invocation, Func<Task> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next();
    }

    /// <summary>The function asks for an operation that is not over: new, or recorded and still open.</summary>
    void OnOperationStart(OperationEvent operation)
    {
    }

    /// <summary>An operation is over for good: never for a failure that is retried.</summary>
    void OnOperationEnd(OperationEvent operation)
    {
    }

    /// <summary>Operations changed, through this invocation's own checkpoints or from outside.</summary>
    void OnOperationsChanged(OperationsChange change)
    {
    }

    /// <summary>An attempt of a step, or a check of a condition, begins. Runs off the function's turns.</summary>
    ValueTask OnAttemptStartAsync(AttemptInfo attempt) => ValueTask.CompletedTask;

    /// <summary>An attempt has ended; its outcome is not recorded yet. Runs off the function's turns.</summary>
    ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome) => ValueTask.CompletedTask;

    /// <summary>Runs around the body of an attempt, for example to open a span. Call <paramref name="next"/> once.</summary>
    Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next();
    }

    /// <summary>The body of a child context begins to run.</summary>
    void OnContextBodyStart(ContextBodyInfo body)
    {
    }

    /// <summary>The body of a child context has ended in this invocation.</summary>
    /// <param name="body">The body.</param>
    /// <param name="error">What it threw; null when it returned.</param>
    void OnContextBodyEnd(ContextBodyInfo body, Exception? error)
    {
    }

    /// <summary>Fields to add to the scope of every line that the function logs through its contexts.</summary>
    IEnumerable<KeyValuePair<string, object?>> EnrichLog(string executionArn) => [];
}

/// <summary>An invocation as interceptors see it.</summary>
public sealed record InvocationInfo
{
    /// <summary>The execution.</summary>
    public required string ExecutionArn { get; init; }

    /// <summary>The invocation's own identity.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the execution was started.</summary>
    public required DateTimeOffset ExecutionStartedAt { get; init; }

    /// <summary>The execution's input, as serialized text.</summary>
    public string? ExecutionInput { get; init; }

    /// <summary>Whether nothing but the start is recorded yet.</summary>
    public required bool IsFirstInvocation { get; init; }

    /// <summary>What is recorded, in start order, without the execution itself.</summary>
    public required IReadOnlyList<Operation> Operations { get; init; }

    /// <summary>Ids of operations that changed since the function last looked.</summary>
    public required IReadOnlyList<string> UpdatedOperationIds { get; init; }
}

/// <summary>How an invocation ended.</summary>
/// <param name="Status">Succeeded, Failed, Pending, or Retrying for one that broke or was cut off and is repeated.</param>
/// <param name="Result">The execution's result, as serialized text; only when it succeeded.</param>
/// <param name="Error">The error; only when it failed or is retried.</param>
public sealed record InvocationEndInfo(InvocationEndStatus Status, string? Result, ErrorObject? Error);

/// <summary>How an invocation ended, as interceptors see it.</summary>
public enum InvocationEndStatus
{
    /// <summary>The function returned.</summary>
    Succeeded,

    /// <summary>The function threw.</summary>
    Failed,

    /// <summary>The function waits.</summary>
    Pending,

    /// <summary>It broke, was cut off or gave way: it is repeated.</summary>
    Retrying,
}

/// <summary>Something that happened to an operation.</summary>
/// <param name="ExecutionArn">The execution.</param>
/// <param name="Operation">The operation as it is recorded; a new one as it is about to be.</param>
/// <param name="IsReplay">Whether an earlier invocation has told of it already.</param>
public sealed record OperationEvent(string ExecutionArn, Operation Operation, bool IsReplay);

/// <summary>What a checkpoint's answer changed.</summary>
/// <param name="ExecutionArn">The execution.</param>
/// <param name="Changed">The operations that changed, as they are now; a replay when they were recorded before this invocation began.</param>
/// <param name="Operations">All that this invocation knows, by id, with these changes. A snapshot: later changes come with the next one.</param>
public sealed record OperationsChange(string ExecutionArn, IReadOnlyList<OperationEvent> Changed, IReadOnlyDictionary<string, Operation> Operations);

/// <summary>One attempt of a step, or one check of a condition.</summary>
/// <param name="ExecutionArn">The execution.</param>
/// <param name="OperationId">The operation.</param>
/// <param name="Name">Its name; null for none.</param>
/// <param name="SubType">What it is: <c>Step</c>, <c>WaitForCondition</c> and so on.</param>
/// <param name="Number">From 1.</param>
public sealed record AttemptInfo(string ExecutionArn, string OperationId, string? Name, string SubType, int Number)
{
    /// <summary>The operation's kind, one of <see cref="OperationTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The context it belongs to; null at the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>When this attempt began, on the host's clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether the operation was recorded when this invocation began.</summary>
    public required bool IsReplay { get; init; }
}

/// <summary>How an attempt ended.</summary>
/// <param name="Succeeded">Whether its body returned a value that can be recorded.</param>
/// <param name="IsRetried">Whether another one follows.</param>
/// <param name="Error">Its error; null when it succeeded.</param>
public sealed record AttemptOutcome(bool Succeeded, bool IsRetried, ErrorObject? Error)
{
    /// <summary>When its body ended, on the host's clock.</summary>
    public required DateTimeOffset EndedAt { get; init; }
}

/// <summary>The body of a child context.</summary>
/// <param name="ExecutionArn">The execution.</param>
/// <param name="OperationId">The context's operation.</param>
/// <param name="Name">Its name; null for none.</param>
/// <param name="SubType">What the context is for.</param>
/// <param name="IsReplayingChildren">Whether its outcome is recorded and it only rebuilds a value that was too large to store.</param>
public sealed record ContextBodyInfo(string ExecutionArn, string OperationId, string? Name, string SubType, bool IsReplayingChildren)
{
    /// <summary>The context it belongs to; null at the root.</summary>
    public string? ParentId { get; init; }
}
