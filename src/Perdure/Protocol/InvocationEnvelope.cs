namespace Perdure;

/// <summary>What the service hands to a function at the start of an invocation.</summary>
public sealed class DurableExecutionInvocationInput
{
    /// <summary>The execution.</summary>
    public required string DurableExecutionArn { get; init; }

    /// <summary>The seed token: the first checkpoint of this invocation carries it.</summary>
    public required string CheckpointToken { get; init; }

    /// <summary>What is already recorded: the EXECUTION operation first, then in start order.</summary>
    public required InitialExecutionState InitialExecutionState { get; init; }

    /// <summary>Operations that changed since the function last looked.</summary>
    public IReadOnlyList<string> UpdatedOperationIds { get; init; } = [];
}

/// <summary>The recorded operations of an execution, or their first page.</summary>
public sealed class InitialExecutionState
{
    /// <summary>The operations of this page.</summary>
    public required IReadOnlyList<Operation> Operations { get; init; }

    /// <summary>Where the next page begins; null or empty when complete.</summary>
    public string? NextMarker { get; init; }
}

/// <summary>How an invocation ended, from the function's side.</summary>
public enum InvocationStatus
{
    /// <summary>The function returned: the execution is over.</summary>
    Succeeded,

    /// <summary>The function threw: the execution is over.</summary>
    Failed,

    /// <summary>The function waits for something that the service completes.</summary>
    Pending,
}

/// <summary>What a function answers at the end of an invocation.</summary>
public sealed class DurableExecutionInvocationOutput
{
    /// <summary>How it ended.</summary>
    public required InvocationStatus Status { get; init; }

    /// <summary>The result as serialized text; only with <see cref="InvocationStatus.Succeeded"/>.</summary>
    public string? Result { get; init; }

    /// <summary>The error; only with <see cref="InvocationStatus.Failed"/>.</summary>
    public ErrorObject? Error { get; init; }
}
