namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>A call of another function.</summary>
    public const string ChainedInvoke = "CHAINED_INVOKE";
}

public static partial class OperationSubTypes
{
    /// <summary>A plain call of another function.</summary>
    public const string ChainedInvoke = "ChainedInvoke";
}

public sealed partial record Operation
{
    /// <summary>Details of a CHAINED_INVOKE.</summary>
    public ChainedInvokeDetails? ChainedInvokeDetails { get; init; }
}

public sealed partial record OperationUpdate
{
    /// <summary>Options of a CHAINED_INVOKE START.</summary>
    public ChainedInvokeOptions? ChainedInvokeOptions { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>A call began.</summary>
    public ChainedInvokeStartedDetails? ChainedInvokeStartedDetails { get; init; }

    /// <summary>The called function returned.</summary>
    public ChainedInvokeSucceededDetails? ChainedInvokeSucceededDetails { get; init; }

    /// <summary>The called function failed, or could not be called.</summary>
    public ChainedInvokeFailedDetails? ChainedInvokeFailedDetails { get; init; }

    /// <summary>The called execution timed out.</summary>
    public ChainedInvokeTimedOutDetails? ChainedInvokeTimedOutDetails { get; init; }

    /// <summary>The called execution was stopped.</summary>
    public ChainedInvokeStoppedDetails? ChainedInvokeStoppedDetails { get; init; }
}

/// <summary>Options of a CHAINED_INVOKE START.</summary>
/// <param name="FunctionName">The target: a name or an ARN, with or without a qualifier; at most 256 characters.</param>
public sealed record ChainedInvokeOptions(string FunctionName)
{
    /// <summary>The tenant on whose behalf the target runs.</summary>
    public string? TenantId { get; init; }
}

/// <summary>What is specific to a CHAINED_INVOKE.</summary>
public sealed record ChainedInvokeDetails
{
    /// <summary>The result.</summary>
    public string? Result { get; init; }

    /// <summary>The error.</summary>
    public ErrorObject? Error { get; init; }
}

/// <summary>A call began.</summary>
/// <param name="FunctionName">The target as it was named.</param>
/// <param name="TenantId">The tenant; null for none.</param>
/// <param name="Input">The input.</param>
/// <param name="ExecutedVersion">The version that runs; null when there is no such target.</param>
/// <param name="DurableExecutionArn">The called execution; null when there is no such target.</param>
public sealed record ChainedInvokeStartedDetails(string FunctionName, string? TenantId, EventPayload Input, string? ExecutedVersion, string? DurableExecutionArn);

/// <summary>The called function returned.</summary>
public sealed record ChainedInvokeSucceededDetails(EventPayload Result);

/// <summary>The called function failed, or could not be called.</summary>
public sealed record ChainedInvokeFailedDetails(EventError Error);

/// <summary>The called execution timed out.</summary>
public sealed record ChainedInvokeTimedOutDetails(EventError Error);

/// <summary>The called execution was stopped.</summary>
public sealed record ChainedInvokeStoppedDetails(EventError Error);
