using System.Diagnostics;

namespace Perdure.Protocol;

/// <summary>The upper-case words of the wire for our enums. The only place where they are spelled.</summary>
internal static class WireNames
{
    public static string Of(OperationStatus status) => status switch
    {
        OperationStatus.Started => "STARTED",
        OperationStatus.Pending => "PENDING",
        OperationStatus.Ready => "READY",
        OperationStatus.Succeeded => "SUCCEEDED",
        OperationStatus.Failed => "FAILED",
        OperationStatus.Cancelled => "CANCELLED",
        OperationStatus.TimedOut => "TIMED_OUT",
        OperationStatus.Stopped => "STOPPED",
        _ => throw new UnreachableException($"Operation status {status} has no wire name."),
    };

    public static OperationStatus Status(string name) => name switch
    {
        "STARTED" => OperationStatus.Started,
        "PENDING" => OperationStatus.Pending,
        "READY" => OperationStatus.Ready,
        "SUCCEEDED" => OperationStatus.Succeeded,
        "FAILED" => OperationStatus.Failed,
        "CANCELLED" => OperationStatus.Cancelled,
        "TIMED_OUT" => OperationStatus.TimedOut,
        "STOPPED" => OperationStatus.Stopped,
        _ => throw new UnknownWireValueException("operation status", name),
    };

    public static string Of(OperationAction action) => action switch
    {
        OperationAction.Start => "START",
        OperationAction.Succeed => "SUCCEED",
        OperationAction.Fail => "FAIL",
        OperationAction.Retry => "RETRY",
        OperationAction.Cancel => "CANCEL",
        _ => throw new UnreachableException($"Operation action {action} has no wire name."),
    };

    public static OperationAction Action(string name) => name switch
    {
        "START" => OperationAction.Start,
        "SUCCEED" => OperationAction.Succeed,
        "FAIL" => OperationAction.Fail,
        "RETRY" => OperationAction.Retry,
        "CANCEL" => OperationAction.Cancel,
        _ => throw new UnknownWireValueException("operation action", name),
    };

    /// <summary>Every action's word.</summary>
    public static IReadOnlyList<string> Actions { get; } = [.. Enum.GetValues<OperationAction>().Select(Of)];

    public static string Of(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Running => "RUNNING",
        ExecutionStatus.Succeeded => "SUCCEEDED",
        ExecutionStatus.Failed => "FAILED",
        ExecutionStatus.TimedOut => "TIMED_OUT",
        ExecutionStatus.Stopped => "STOPPED",
        ExecutionStatus.Pausing => "PAUSING",
        ExecutionStatus.Paused => "PAUSED",
        ExecutionStatus.Deleting => "DELETING",
        _ => throw new UnreachableException($"Execution status {status} has no wire name."),
    };

    public static bool IsTerminal(this OperationStatus status) =>
        status is not (OperationStatus.Started or OperationStatus.Pending or OperationStatus.Ready);
}

/// <summary>A recorded value has a word that this version does not know. Refused loudly: guessing could run an effect twice.</summary>
internal sealed class UnknownWireValueException(string what, string value)
    : DurableExecutionException($"Unknown {what} '{value}'. It was written by a newer version of Perdure; upgrade this node before it touches the execution.");
