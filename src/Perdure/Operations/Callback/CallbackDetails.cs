namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>A question to the outside world.</summary>
    public const string Callback = "CALLBACK";
}

public static partial class OperationSubTypes
{
    /// <summary>A plain callback.</summary>
    public const string Callback = "Callback";
}

public sealed partial record Operation
{
    /// <summary>Details of a CALLBACK.</summary>
    public CallbackDetails? CallbackDetails { get; init; }
}

public sealed partial record OperationUpdate
{
    /// <summary>Options of a CALLBACK START.</summary>
    public CallbackOptions? CallbackOptions { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>A callback was opened.</summary>
    public CallbackStartedDetails? CallbackStartedDetails { get; init; }

    /// <summary>The outside world answered.</summary>
    public CallbackSucceededDetails? CallbackSucceededDetails { get; init; }

    /// <summary>The outside world reported a failure.</summary>
    public CallbackFailedDetails? CallbackFailedDetails { get; init; }

    /// <summary>Nobody answered, or no heartbeat came, in time.</summary>
    public CallbackTimedOutDetails? CallbackTimedOutDetails { get; init; }
}

/// <summary>Options of a CALLBACK START. Zero or null means none.</summary>
public sealed record CallbackOptions
{
    /// <summary>Seconds until the callback times out.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Seconds allowed between heartbeats.</summary>
    public int? HeartbeatTimeoutSeconds { get; init; }
}

/// <summary>What is specific to a CALLBACK.</summary>
public sealed record CallbackDetails
{
    /// <summary>The id by which the outside world answers.</summary>
    public required string CallbackId { get; init; }

    /// <summary>The answer, verbatim.</summary>
    public string? Result { get; init; }

    /// <summary>The reported failure.</summary>
    public ErrorObject? Error { get; init; }
}

/// <summary>A callback was opened.</summary>
/// <param name="CallbackId">The id by which the outside world answers.</param>
/// <param name="Timeout">Seconds until it times out; null for none.</param>
/// <param name="HeartbeatTimeout">Seconds allowed between heartbeats; null for none.</param>
public sealed record CallbackStartedDetails(string CallbackId, int? Timeout, int? HeartbeatTimeout);

/// <summary>The outside world answered.</summary>
public sealed record CallbackSucceededDetails(EventPayload Result);

/// <summary>The outside world reported a failure.</summary>
public sealed record CallbackFailedDetails(EventError Error);

/// <summary>A deadline of the callback passed.</summary>
public sealed record CallbackTimedOutDetails(EventError Error);
