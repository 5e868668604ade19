namespace Perdure;

/// <summary>One checkpointed node of an execution, as the service shows it.</summary>
/// <remarks>Each kind of operation contributes its own details member from its own folder.</remarks>
public sealed partial record Operation
{
    /// <summary>Identity within the execution: 1 to 64 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The kind, one of <see cref="OperationTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Where it stands.</summary>
    public required OperationStatus Status { get; init; }

    /// <summary>The operation's optional name.</summary>
    public string? Name { get; init; }

    /// <summary>The context it belongs to; null at the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>What the SDK used it for, such as <c>WaitForCallback</c>.</summary>
    public string? SubType { get; init; }

    /// <summary>When its first START was accepted.</summary>
    public required DateTimeOffset StartTimestamp { get; init; }

    /// <summary>When it ended, or, between the attempts of a step, when the last attempt ended. Null otherwise; <see cref="Status"/> says whether it is over.</summary>
    public DateTimeOffset? EndTimestamp { get; init; }

    /// <summary>Its place in the recorded order of the execution.</summary>
    /// <remarks>Perdure's own addition: against a service without it, order is (timestamp, list position).</remarks>
    public OperationSequence? Sequence { get; init; }
}

/// <summary>The history event ids at which an operation started and ended: the total order in which function code was resumed.</summary>
/// <param name="Started">Event id of its first START.</param>
/// <param name="Ended">Event id of its end; null while open.</param>
public sealed record OperationSequence(long Started, long? Ended)
{
    /// <summary>Event id of a signal to it while it was open, such as the request to cancel the execution; null for none.</summary>
    public long? Signalled { get; init; }
}

/// <summary>The values of <see cref="Operation.Type"/>. Each kind contributes its own.</summary>
public static partial class OperationTypes;

/// <summary>The values of <see cref="Operation.SubType"/> that this SDK writes. Each verb contributes its own.</summary>
public static partial class OperationSubTypes;
