namespace Perdure;

/// <summary>One event of an execution's history.</summary>
/// <remarks>
/// Events are numbered from 1 in the order in which they were recorded; a number is never reused. Exactly one details member is
/// set, named after <see cref="EventType"/>; each kind of operation contributes its own from its own folder.
/// </remarks>
public sealed partial record HistoryEvent
{
    /// <summary>What happened, such as <c>StepSucceeded</c>.</summary>
    public required string EventType { get; init; }

    /// <summary>Position in the history, from 1.</summary>
    public required long EventId { get; init; }

    /// <summary>When it was recorded, on the engine's clock.</summary>
    public required DateTimeOffset EventTimestamp { get; init; }

    /// <summary>The operation concerned; the execution's id for events of the execution; null for InvocationCompleted.</summary>
    public string? Id { get; init; }

    /// <summary>The operation's name.</summary>
    public string? Name { get; init; }

    /// <summary>The operation's subtype.</summary>
    public string? SubType { get; init; }

    /// <summary>The context the operation belongs to.</summary>
    public string? ParentId { get; init; }

    /// <summary>Details of an InvocationCompleted event.</summary>
    public InvocationCompletedDetails? InvocationCompletedDetails { get; init; }
}

/// <summary>A payload inside an event.</summary>
/// <param name="Payload">The text; null when absent or left out.</param>
/// <param name="Truncated">True when the text was left out on request.</param>
public sealed record EventPayload(string? Payload, bool Truncated);

/// <summary>An error inside an event.</summary>
/// <param name="Payload">The error; null when absent or left out.</param>
/// <param name="Truncated">True when the error was left out on request.</param>
public sealed record EventError(ErrorObject? Payload, bool Truncated);

/// <summary>One invocation of the function ended.</summary>
/// <param name="StartTimestamp">When it began.</param>
/// <param name="EndTimestamp">When it ended.</param>
/// <param name="RequestId">Identity of the invocation.</param>
/// <param name="Error">Why it crashed; null when it ended in an orderly way, suspension included.</param>
public sealed record InvocationCompletedDetails(DateTimeOffset StartTimestamp, DateTimeOffset EndTimestamp, string RequestId, EventError? Error);
