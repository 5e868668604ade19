namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>A group of operations with one outcome.</summary>
    public const string Context = "CONTEXT";
}

public static partial class OperationSubTypes
{
    /// <summary>A child context of the author's own.</summary>
    public const string RunInChildContext = "RunInChildContext";
}

public sealed partial record Operation
{
    /// <summary>Details of a CONTEXT.</summary>
    public ContextDetails? ContextDetails { get; init; }
}

public sealed partial record OperationUpdate
{
    /// <summary>Options of a CONTEXT SUCCEED or FAIL.</summary>
    public ContextOptions? ContextOptions { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>A context was opened.</summary>
    public ContextStartedDetails? ContextStartedDetails { get; init; }

    /// <summary>A context ended well.</summary>
    public ContextSucceededDetails? ContextSucceededDetails { get; init; }

    /// <summary>A context failed.</summary>
    public ContextFailedDetails? ContextFailedDetails { get; init; }
}

/// <summary>Options of a CONTEXT SUCCEED or FAIL.</summary>
/// <param name="ReplayChildren">True when the value is rebuilt by replaying the children instead of being read.</param>
public sealed record ContextOptions(bool ReplayChildren);

/// <summary>What is specific to a CONTEXT.</summary>
public sealed record ContextDetails
{
    /// <summary>True when the value is rebuilt by replaying the children.</summary>
    public bool ReplayChildren { get; init; }

    /// <summary>The result; a summary or nothing when <see cref="ReplayChildren"/> is set.</summary>
    public string? Result { get; init; }

    /// <summary>The error.</summary>
    public ErrorObject? Error { get; init; }
}

/// <summary>A context was opened.</summary>
public sealed record ContextStartedDetails;

/// <summary>A context ended well.</summary>
public sealed record ContextSucceededDetails(EventPayload Result);

/// <summary>A context failed.</summary>
public sealed record ContextFailedDetails(EventError Error);
