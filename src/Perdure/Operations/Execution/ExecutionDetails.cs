namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>The run itself.</summary>
    public const string Execution = "EXECUTION";
}

public sealed partial record Operation
{
    /// <summary>Details of the EXECUTION operation.</summary>
    public ExecutionDetails? ExecutionDetails { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>The execution was accepted.</summary>
    public ExecutionStartedDetails? ExecutionStartedDetails { get; init; }

    /// <summary>The function returned.</summary>
    public ExecutionSucceededDetails? ExecutionSucceededDetails { get; init; }

    /// <summary>The function threw.</summary>
    public ExecutionFailedDetails? ExecutionFailedDetails { get; init; }

    /// <summary>Nothing is invoked from here on.</summary>
    public ExecutionPausedDetails? ExecutionPausedDetails { get; init; }

    /// <summary>The pause is over.</summary>
    public ExecutionResumedDetails? ExecutionResumedDetails { get; init; }

    /// <summary>Somebody asked to cancel the execution. Perdure's own.</summary>
    public ExecutionCancelRequestedDetails? ExecutionCancelRequestedDetails { get; init; }

    /// <summary>The execution's deadline passed.</summary>
    public ExecutionTimedOutDetails? ExecutionTimedOutDetails { get; init; }

    /// <summary>The execution was stopped from outside.</summary>
    public ExecutionStoppedDetails? ExecutionStoppedDetails { get; init; }
}

/// <summary>What is specific to the EXECUTION operation.</summary>
public sealed record ExecutionDetails
{
    /// <summary>The input, as serialized text.</summary>
    public string? InputPayload { get; init; }

    /// <summary>Why it is to be cancelled, empty when no reason was given; null while it is not. Perdure's own.</summary>
    public string? CancelReason { get; init; }
}

/// <summary>The execution was accepted.</summary>
/// <param name="Input">The input.</param>
/// <param name="ExecutionTimeout">Seconds until it times out.</param>
public sealed record ExecutionStartedDetails(EventPayload Input, int ExecutionTimeout);

/// <summary>The function returned.</summary>
public sealed record ExecutionSucceededDetails(EventPayload Result);

/// <summary>The function threw.</summary>
public sealed record ExecutionFailedDetails(EventError Error);

/// <summary>The execution was paused.</summary>
public sealed record ExecutionPausedDetails(EventPayload Reason);

/// <summary>The execution was resumed.</summary>
public sealed record ExecutionResumedDetails(EventPayload Reason);

/// <summary>Somebody asked to cancel the execution.</summary>
public sealed record ExecutionCancelRequestedDetails(EventPayload Reason);

/// <summary>The execution's deadline passed.</summary>
public sealed record ExecutionTimedOutDetails(EventError Error);

/// <summary>The execution was stopped from outside.</summary>
public sealed record ExecutionStoppedDetails(EventError Error);
