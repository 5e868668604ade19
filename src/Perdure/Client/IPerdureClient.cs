namespace Perdure;

/// <summary>Starts, watches and steers executions, and answers their callbacks. Thread-safe.</summary>
public interface IPerdureClient
{
    /// <summary>Starts an execution, or returns the one that already has this name.</summary>
    /// <remarks>
    /// With a name the start is idempotent for as long as the execution is kept: the same name and input return the existing execution,
    /// whatever its status. When this returns, the start is durable.
    /// </remarks>
    /// <param name="function">The function's name, also with a qualifier: <c>name:version</c> or <c>name:alias</c>.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">Name of the execution, tenant.</param>
    /// <param name="cancellationToken">Ends the waiting, not a start that is already on its way.</param>
    /// <returns>The execution's ARN.</returns>
    /// <exception cref="FunctionNotFoundException">No function of that name is registered.</exception>
    /// <exception cref="ArgumentException">The name is not 1 to 64 characters of <c>[a-zA-Z0-9-_]</c>; the tenant id is missing, not allowed or not valid; the function is a plain one; or the input has more bytes in serialized form than are allowed (6,291,456 without a payload store).</exception>
    /// <exception cref="ExecutionAlreadyStartedException">The name is taken by an execution with another input, tenant or version.</exception>
    Task<string> StartAsync<TInput>(string function, TInput input, StartOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Describes an execution; null when it does not exist (any more).</summary>
    /// <exception cref="PayloadUnavailableException">A value is missing from the payload store, or is not what was stored.</exception>
    Task<ExecutionDescription?> GetAsync(string executionArn, CancellationToken cancellationToken = default);

    /// <summary>Waits until the execution is over and returns its result.</summary>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ExecutionFailedException">It failed, timed out or was stopped.</exception>
    /// <exception cref="PayloadUnavailableException">A value is missing from the payload store, or is not what was stored.</exception>
    Task<TOutput> WaitForResultAsync<TOutput>(string executionArn, CancellationToken cancellationToken = default);

    /// <summary>Lists executions, newest first.</summary>
    IAsyncEnumerable<ExecutionDescription> ListAsync(ExecutionFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>The recorded operations of an execution, in start order.</summary>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="PayloadUnavailableException">A value is missing from the payload store, or is not what was stored.</exception>
    Task<IReadOnlyList<Operation>> GetOperationsAsync(string executionArn, CancellationToken cancellationToken = default);

    /// <summary>The history of an execution, in order.</summary>
    /// <remarks>It shows what is recorded: of a value in the payload store that is a reference with a preview, in which sensitive members are masked.</remarks>
    /// <param name="executionArn">The execution.</param>
    /// <param name="includeData">False leaves payloads out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    IAsyncEnumerable<HistoryEvent> GetHistoryAsync(string executionArn, bool includeData = true, CancellationToken cancellationToken = default);

    /// <summary>Stops an execution now. Nothing that a running invocation does from here on is recorded.</summary>
    /// <remarks>The tokens of its running bodies fire as soon as it learns of the stop. Stopping a finished execution changes nothing.</remarks>
    /// <returns>When it ended.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ArgumentException">The error has 1,048,576 bytes or more in serialized form.</exception>
    Task<DateTimeOffset> StopAsync(string executionArn, ErrorObject? error = null, CancellationToken cancellationToken = default);

    /// <summary>Asks an execution to end in an orderly way: its function is told, sagas compensate, and it ends STOPPED when the function lets the cancellation escape.</summary>
    /// <remarks>
    /// The request is durable when this returns, and told to the function as one more recorded fact: what it awaits throws
    /// <see cref="ExecutionCancelledException"/>. How long it takes is up to the function; <see cref="StopAsync"/> is the end without asking.
    /// </remarks>
    /// <param name="executionArn">The execution.</param>
    /// <param name="reason">Why, for people: at most 1,024 characters.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False when it is over, or being cancelled already; nothing was changed.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ArgumentException">The reason is too long or no valid text.</exception>
    Task<bool> CancelAsync(string executionArn, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Pauses an execution: its function is not invoked until it is resumed; timers, callbacks and called functions go on and are recorded.</summary>
    /// <remarks>An invocation that runs is cut short at its next checkpoint; a step that it is in the middle of then counts as interrupted.</remarks>
    /// <param name="executionArn">The execution.</param>
    /// <param name="reason">Why, for people: at most 1,024 characters.</param>
    /// <param name="pauseExecutionTimeout">Whether the execution's own timeout stands still meanwhile. Otherwise it may time out while it is paused.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False when it is over, or paused already; nothing was changed.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ArgumentException">The reason is too long or no valid text.</exception>
    Task<bool> PauseAsync(string executionArn, string? reason = null, bool pauseExecutionTimeout = false, CancellationToken cancellationToken = default);

    /// <summary>Lets a paused execution go on. Its function is invoked only if the pause cut it short, or something happened meanwhile.</summary>
    /// <param name="executionArn">The execution.</param>
    /// <param name="reason">Why, for people: at most 1,024 characters.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>False when it was not paused; nothing was changed.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ArgumentException">The reason is too long or no valid text.</exception>
    Task<bool> ResumeAsync(string executionArn, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes an execution that is over, with its history and stored values, before its retention is. Executions that it called stay.</summary>
    /// <remarks>The request is durable when this returns; the execution is gone shortly afterwards, and its name is free then.</remarks>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="ExecutionNotOverException">It is not over, or the execution that called it has not been told yet. Nothing was changed.</exception>
    Task DeleteAsync(string executionArn, CancellationToken cancellationToken = default);

    /// <summary>Lets an execution run again that was parked for an operator, after crashes or because its code no longer matched its record.</summary>
    /// <returns>False when it was not parked.</returns>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    Task<bool> UnparkAsync(string executionArn, CancellationToken cancellationToken = default);

    /// <summary>Answers a callback.</summary>
    /// <exception cref="ArgumentException">The id is not a callback id of this service, or the answer has more than 1,048,576 bytes in serialized form.</exception>
    /// <exception cref="CallbackClosedException">The callback is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default);

    /// <summary>Reports a failure to a callback.</summary>
    /// <exception cref="ArgumentException">The id is not a callback id of this service, or the error has 1,048,576 bytes or more in serialized form.</exception>
    /// <exception cref="CallbackClosedException">The callback is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default);

    /// <summary>Says that the answer is still being worked on: restarts the callback's heartbeat timeout.</summary>
    /// <exception cref="ArgumentException">The id is not a callback id of this service.</exception>
    /// <exception cref="CallbackClosedException">The callback is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default);
}

/// <summary>How an execution is started.</summary>
public sealed record StartOptions
{
    /// <summary>The tenant on whose behalf it runs: 1 to 256 characters of <c>[a-zA-Z0-9._:/=+-@ ]</c>; only for a function that isolates tenants, and then required.</summary>
    public string? TenantId { get; init; }

    /// <summary>Makes the start idempotent: 1 to 64 characters of <c>[a-zA-Z0-9-_]</c>, unique per function. Null: a generated one.</summary>
    public string? ExecutionName { get; init; }
}

/// <summary>Which executions to list.</summary>
public sealed record ExecutionFilter
{
    /// <summary>Only of this function.</summary>
    public string? Function { get; init; }

    /// <summary>Only with this status.</summary>
    public ExecutionStatus? Status { get; init; }

    /// <summary>At most this many; 0 for all.</summary>
    public int Limit { get; init; }
}

/// <summary>Where an execution stands.</summary>
public enum ExecutionStatus
{
    /// <summary>Not over yet.</summary>
    Running,

    /// <summary>The function returned.</summary>
    Succeeded,

    /// <summary>The function threw.</summary>
    Failed,

    /// <summary>Its deadline passed.</summary>
    TimedOut,

    /// <summary>Somebody stopped it.</summary>
    Stopped,

    /// <summary>Somebody paused it, and an invocation is still to be cut short: at its next checkpoint.</summary>
    Pausing,

    /// <summary>Paused: its function is not invoked; timers and callbacks go on.</summary>
    Paused,

    /// <summary>Over, and being deleted.</summary>
    Deleting,
}

/// <summary>What follows from where an execution stands.</summary>
public static class ExecutionStatusExtensions
{
    /// <summary>Whether it is over: not running, not paused and not about to be.</summary>
    public static bool IsOver(this ExecutionStatus status) => status is not (ExecutionStatus.Running or ExecutionStatus.Pausing or ExecutionStatus.Paused);
}

/// <summary>A pause that was asked for.</summary>
/// <param name="RequestedAt">When.</param>
/// <param name="ExecutionTimeoutPaused">Whether the execution's timeout stands still while it is paused.</param>
/// <param name="Reason">Why; null when no reason was given.</param>
public sealed record PauseDetails(DateTimeOffset RequestedAt, bool ExecutionTimeoutPaused, string? Reason);

/// <summary>Why a running execution makes no progress although it should.</summary>
public enum ExecutionAttention
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Its invocations crashed again and again without progress; it waits for an operator.</summary>
    Parked,

    /// <summary>Its record cannot be read by this version; nothing of it is touched.</summary>
    Quarantined,

    /// <summary>No node serves its function.</summary>
    NoWorker,

    /// <summary>Its code no longer matches its record; it runs again when a node starts, with other code, or when an operator says so.</summary>
    Mismatched,

    /// <summary>It is over, and something of a saga could not be undone or cleaned up: its error says what.</summary>
    Uncompensated,
}

/// <summary>An execution as it stands.</summary>
public sealed record ExecutionDescription
{
    /// <summary>Its full name.</summary>
    public required string Arn { get; init; }

    /// <summary>The name it was started under.</summary>
    public required string Name { get; init; }

    /// <summary>Its function.</summary>
    public required string Function { get; init; }

    /// <summary>The function's version.</summary>
    public required string Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>Why it makes no progress although it should.</summary>
    public ExecutionAttention Attention { get; init; }

    /// <summary>Details of <see cref="Attention"/>.</summary>
    public string? AttentionReason { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The tenant on whose behalf it runs. Not in lists.</summary>
    public string? TenantId { get; init; }

    /// <summary>The pause that was asked for; null when there is none. Not in lists.</summary>
    public PauseDetails? Pause { get; init; }

    /// <summary>What it was started with besides its input. Not in lists.</summary>
    internal Operations.Execution.ExecutionSettings? Settings { get; init; }

    /// <summary>Its input, as serialized text. Not in lists.</summary>
    public string? Input { get; init; }

    /// <summary>Its result, as serialized text. Not in lists.</summary>
    public string? Result { get; init; }

    /// <summary>Its error. Not in lists.</summary>
    public ErrorObject? Error { get; init; }
}
