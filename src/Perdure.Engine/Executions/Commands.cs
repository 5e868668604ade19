using System.Collections.ObjectModel;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>What can be asked of an execution. A closed set; every change of an execution is one of these.</summary>
internal abstract record Command
{
    private Command()
    {
    }

    /// <summary>Create it; with <paramref name="Begin"/>, invoke it in the same commit.</summary>
    public sealed record Start(ExecutionSettings Settings, BeginArgs? Begin) : Command;

    /// <summary>A node that reserved it looks what is to do, and invokes it if that is owed.</summary>
    public sealed record Resume(BeginArgs Begin) : Command;

    /// <summary>The running invocation records progress.</summary>
    public sealed record Checkpoint(IReadOnlyList<UpdateInput> Updates, string? ClientToken, long InboundVersion) : Command
    {
        /// <summary>Functions that updates want started, by operation; those that were not found are absent.</summary>
        public IReadOnlyDictionary<string, InvokeTarget> Targets { get; init; } = ReadOnlyDictionary<string, InvokeTarget>.Empty;
    }

    /// <summary>An invocation ended. It has seen the execution up to a version, by polls that recorded nothing.</summary>
    public sealed record EndInvocation(long Epoch, InvocationEnd End, long SeenVersion) : Command;

    /// <summary>The outside world ends an operation; with <paramref name="Begin"/>, the function is invoked in the same commit.</summary>
    public sealed record Complete(string OperationId, OperationStatus Outcome, PayloadSlice? Payload, PayloadSlice? Error, BeginArgs? Begin) : Command
    {
        /// <summary>After how many seconds what ended had timed out.</summary>
        public int TimeoutSeconds { get; init; }
    }

    /// <summary>Whoever waited for this execution's end has recorded it.</summary>
    public sealed record CallerTold : Command;

    /// <summary>Somebody stops it.</summary>
    public sealed record Stop(PayloadSlice Error) : Command;

    /// <summary>Somebody wants it to end in an orderly way; with <paramref name="Begin"/>, the function is invoked in the same commit.</summary>
    public sealed record Cancel(string Reason, BeginArgs? Begin) : Command;

    /// <summary>Somebody pauses it: its function is not invoked, everything else goes on.</summary>
    public sealed record Pause(string Reason, bool PausesTimeout) : Command;

    /// <summary>The pause is over; with <paramref name="Begin"/>, the function is invoked in the same commit if that is owed.</summary>
    public sealed record Unpause(string Reason, BeginArgs? Begin) : Command;

    /// <summary>Somebody wants it deleted before its retention is over.</summary>
    public sealed record Delete : Command;

    /// <summary>Time passes, without anybody to invoke the function.</summary>
    public sealed record Tick : Command;

    /// <summary>No node serves the function.</summary>
    /// <param name="Epoch">Number of the reservation: an invocation with this number or a later one shows that somebody serves it after all.</param>
    public sealed record MarkUnserved(long Epoch) : Command;

    /// <summary>A node serves the function again, or an operator lets it run again.</summary>
    public sealed record ClearAttention(ExecutionAttention Attention) : Command;
}

/// <summary>Identity of the invocation to begin.</summary>
internal sealed record BeginArgs(long Epoch, string Owner);

/// <summary>An update with its payload already set aside.</summary>
internal sealed record UpdateInput(OperationUpdate Update, PayloadSlice? Payload, PayloadSlice? Error);

/// <summary>What a function failed with, where rules depend on it: they never see the error itself.</summary>
internal enum FailureKind
{
    Ordinary,

    /// <summary>It let the cancellation escape: the orderly end of a cancelled execution.</summary>
    Cancelled,

    /// <summary>Something of a saga could not be undone: an operator has to look.</summary>
    Uncompensated,
}

/// <summary>How an invocation ended. A closed set.</summary>
internal abstract record InvocationEnd
{
    private InvocationEnd()
    {
    }

    public sealed record Succeeded(PayloadSlice? Result) : InvocationEnd;

    public sealed record Failed(PayloadSlice Error, FailureKind Kind = FailureKind.Ordinary) : InvocationEnd;

    public sealed record Pending : InvocationEnd;

    public sealed record Yielded : InvocationEnd;

    public sealed record Crashed(PayloadSlice Error, string Reason) : InvocationEnd;

    /// <summary>The code does not match the record: it is parked until other code or an operator comes.</summary>
    public sealed record Mismatched(PayloadSlice Error, string Reason) : InvocationEnd;
}
