namespace Perdure;

/// <summary>What a handler asks of one operation.</summary>
public enum OperationAction
{
    /// <summary>Open it, or begin its next attempt.</summary>
    Start,

    /// <summary>End it with a result.</summary>
    Succeed,

    /// <summary>End it with an error.</summary>
    Fail,

    /// <summary>End this attempt and schedule the next.</summary>
    Retry,

    /// <summary>End it because it is no longer wanted.</summary>
    Cancel,
}

/// <summary>One element of a checkpoint: an update to one operation.</summary>
/// <remarks>Each kind contributes its own options member from its own folder.</remarks>
public sealed partial record OperationUpdate
{
    /// <summary>Identity within the execution: 1 to 64 characters of <c>[a-zA-Z0-9-_]</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The kind, one of <see cref="OperationTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What is asked.</summary>
    public required OperationAction Action { get; init; }

    /// <summary>The context it belongs to; null at the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>Optional name: at most 256 printable ASCII characters.</summary>
    public string? Name { get; init; }

    /// <summary>What the SDK uses it for: at most 32 characters.</summary>
    public string? SubType { get; init; }

    /// <summary>Result, state or input, as serialized text.</summary>
    public string? Payload { get; init; }

    /// <summary>The error of a FAIL or of a RETRY.</summary>
    public ErrorObject? Error { get; init; }

    /// <summary>Set when the payload goes to the payload store: what is recorded of it. Never sent.</summary>
    internal PayloadStores.PayloadPreview? Preview { get; init; }
}
