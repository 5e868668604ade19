using System.Text.Json.Serialization;

namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>A unit of work that runs in the handler, in attempts.</summary>
    public const string Step = "STEP";
}

public static partial class OperationSubTypes
{
    /// <summary>A plain step.</summary>
    public const string Step = "Step";
}

public sealed partial record Operation
{
    /// <summary>Details of a STEP.</summary>
    public StepDetails? StepDetails { get; init; }
}

public sealed partial record OperationUpdate
{
    /// <summary>Options of a STEP update; only with RETRY.</summary>
    public StepOptions? StepOptions { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>An attempt began.</summary>
    public StepStartedDetails? StepStartedDetails { get; init; }

    /// <summary>An attempt ended well, or a wait-for-condition check asked to be repeated.</summary>
    public StepSucceededDetails? StepSucceededDetails { get; init; }

    /// <summary>An attempt failed.</summary>
    public StepFailedDetails? StepFailedDetails { get; init; }
}

/// <summary>Options of a STEP update.</summary>
public sealed record StepOptions
{
    /// <summary>Seconds until the next attempt: 1 to 31,622,400.</summary>
    public int? NextAttemptDelaySeconds { get; init; }
}

/// <summary>What is specific to a STEP.</summary>
public sealed record StepDetails
{
    /// <summary>Attempts that have ended; 0 while the first one runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Attempt { get; init; }

    /// <summary>How often an invocation ended in the middle of an attempt. Perdure's own; other services do not count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Interruptions { get; init; }

    /// <summary>When the next attempt may begin; only while PENDING.</summary>
    public DateTimeOffset? NextAttemptTimestamp { get; init; }

    /// <summary>The result, or the state that the last check left.</summary>
    public string? Result { get; init; }

    /// <summary>The error of the last attempt.</summary>
    public ErrorObject? Error { get; init; }
}

/// <summary>An attempt began.</summary>
public sealed record StepStartedDetails;

/// <summary>An attempt ended well.</summary>
public sealed record StepSucceededDetails(EventPayload Result, RetryDetails RetryDetails);

/// <summary>An attempt failed.</summary>
public sealed record StepFailedDetails(EventError Error, RetryDetails RetryDetails);

/// <summary>Which attempt ended.</summary>
/// <param name="CurrentAttempt">Number of the attempt that just ended, from 1.</param>
/// <param name="NextAttemptDelaySeconds">Seconds until the next one; null when there is none.</param>
public sealed record RetryDetails(int CurrentAttempt, int? NextAttemptDelaySeconds);
