using System.Diagnostics;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>
/// Every rule about executions: a pure function from (state, command, facts) to a decision. No clock, no I/O, no await.
/// </summary>
/// <remarks>
/// <para>An execution is in one of these states:</para>
/// <list type="table">
/// <item><term>ready</term><description>owes an invocation; wakes now, or when the delay after a crash is over</description></item>
/// <item><term>running</term><description>an invocation holds the lease; wakes when the lease ends</description></item>
/// <item><term>suspended</term><description>waits for its earliest timer, or for the outside world alone</description></item>
/// <item><term>needs attention</term><description>timers still fire, nothing is invoked</description></item>
/// <item><term>over</term><description>one InvocationCompleted of the last invocation may still follow, nothing else</description></item>
/// </list>
/// <para>A crash is an invocation that ended without an orderly answer; a takeover records it before it begins the next one.</para>
/// </remarks>
internal static class ExecutionMachine
{
    /// <param name="state">The fold of the journal so far; of version 0 for a start.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="facts">What else the decision may depend on.</param>
    /// <param name="payloads">Where the command's own payloads were set aside.</param>
    /// <exception cref="InvalidTransitionException">The caller is wrong; nothing changes.</exception>
    public static Decision Apply(ExecutionState state, Command command, Facts facts, PayloadWriter payloads)
    {
        var builder = new EntryBuilder(state, facts, payloads);
        switch (command)
        {
            case Command.Start start:
                Start(builder, state, start, facts);
                break;
            case Command.Resume resume:
                Resume(builder, state, resume, facts);
                break;
            case Command.Checkpoint checkpoint:
                Checkpoint(builder, state, checkpoint, facts);
                break;
            case Command.EndInvocation end:
                EndInvocation(builder, state, end, facts);
                break;
            case Command.Complete complete:
                Complete(builder, state, complete, facts);
                break;
            case Command.Stop stop:
                if (!builder.IsTerminal) builder.Apply(ExecutionKind.Close(builder.Execution, OperationStatus.Stopped, builder.Context(error: stop.Error)));
                break;
            case Command.Cancel cancel:
                Cancel(builder, cancel, facts);
                break;
            case Command.Pause pause:
                Pause(builder, pause);
                break;
            case Command.Unpause unpause:
                Unpause(builder, unpause, facts);
                break;
            case Command.Delete:
                if (builder.IsTerminal && !builder.Control.OwesCaller) builder.Control = builder.Control with { DeletedAt = builder.Now };
                break;
            case Command.CallerTold:
                builder.Control = builder.Control with { OwesCaller = false };
                break;
            case Command.Tick:
                if (builder.Invocation is null) FireAndOwe(builder);
                else if (builder.Execution.Kind.OnTimer(builder.Execution, builder.Context()) is { } timeout) builder.Apply(timeout);
                break;
            case Command.MarkUnserved unserved:
                MarkUnserved(builder, state, unserved, facts);
                break;
            case Command.ClearAttention clear:
                if (builder.Control.Attention == clear.Attention)
                    builder.Control = builder.Control with { OwesInvocation = true, Crashes = 0, RetryAt = null, Attention = ExecutionAttention.None, Reason = null };
                break;
            default:
                throw new UnreachableException($"Unknown command {command.GetType().Name}.");
        }

        return builder.Build();
    }

    private static void MarkUnserved(EntryBuilder builder, ExecutionState state, Command.MarkUnserved unserved, Facts facts)
    {
        if (state.Epoch >= unserved.Epoch) return;
        RecordLoss(builder, state, facts);
        FireAndOwe(builder);
        if (!builder.IsTerminal && builder.Control.Attention == ExecutionAttention.None)
            builder.Control = builder.Control with { Attention = ExecutionAttention.NoWorker, Reason = $"No node serves the function '{state.Identity.Function}'." };
    }

    /// <summary>Whoever ran the invocation is gone: whoever comes next records that first.</summary>
    private static void RecordLoss(EntryBuilder builder, ExecutionState state, Facts facts)
    {
        if (builder.Invocation is null) return;
        RecordCrash(builder, state, Lost, "Its process ended, or its lease ran out.", facts, retryAtOnce: true);
        TakePause(builder);
    }

    private static void Start(EntryBuilder builder, ExecutionState state, Command.Start start, Facts facts)
    {
        // The input is the only payload of a start.
        var input = builder.Payloads.Written.Length is var length and > 0 ? new PayloadSlice(1, 0, length) : (PayloadSlice?)null;
        builder.Apply(OperationKinds.Execution.Start(state.ExecutionId, state.Identity.Name, start.Settings, builder.Context(payload: input)));
        if (start.Begin is { } begin) Begin(builder, begin, facts);
    }

    private static void Begin(EntryBuilder builder, BeginArgs begin, Facts facts) => builder.Begin(
        new InvocationRecord(begin.Epoch, begin.Owner, facts.Ids.NextUuid(), facts.Ids.NextNonce(), builder.Now));

    private static void Resume(EntryBuilder builder, ExecutionState state, Command.Resume resume, Facts facts)
    {
        // Whoever reserved it later has begun already: this reservation came to nothing.
        if (builder.IsTerminal || state.Epoch >= resume.Begin.Epoch) return;
        RecordLoss(builder, state, facts);
        FireAndOwe(builder);
        if (builder.IsTerminal || !builder.Control.OwesInvocation || !MayBeInvoked(builder)) return;
        if (builder.Control.RetryAt > builder.Now) return;
        Begin(builder, resume.Begin, facts);
    }

    private static ErrorObject Lost { get; } = new()
    {
        ErrorType = "Runtime.ExitError",
        ErrorMessage = "The invocation ended without an answer: its process exited or its lease ran out.",
    };

    private static void FireAndOwe(EntryBuilder builder)
    {
        if (!builder.FireDue() || builder.IsTerminal) return;
        builder.Control = builder.Control with { OwesInvocation = true };
    }

    private static void Checkpoint(EntryBuilder builder, ExecutionState state, Command.Checkpoint checkpoint, Facts facts)
    {
        CheckpointBatch.Validate(checkpoint.Updates, facts.Rules);
        foreach (var update in checkpoint.Updates) CheckpointBatch.Apply(builder, update, checkpoint.Targets);
        if (state.OperationCount + builder.NewOperations > facts.Rules.MaxOperations)
            throw new InvalidTransitionException(
                $"The execution has {state.OperationCount} operations; at most {facts.Rules.MaxOperations} are allowed. Split the work over several executions. [PDR0302]");

        var fired = builder.FireDue();

        // A poll that finds nothing new records nothing: its answer is a function of what is there.
        if (checkpoint.Updates.Count > 0 || fired) builder.Mark(new CheckpointMark(checkpoint.ClientToken, checkpoint.InboundVersion));
        if (builder.IsTerminal || ExecutionKind.PauseOf(builder.Execution) is null) return;

        // What it was in the middle of is done again when the pause is over.
        CutOff(builder, null);
        TakePause(builder);
    }

    private static void EndInvocation(EntryBuilder builder, ExecutionState state, Command.EndInvocation command, Facts facts)
    {
        if (builder.Invocation?.Epoch != command.Epoch) return;
        RecordEnd(builder, state, command, facts);
        TakePause(builder);
    }

    private static void RecordEnd(EntryBuilder builder, ExecutionState state, Command.EndInvocation command, Facts facts)
    {
        switch (command.End)
        {
            case InvocationEnd.Crashed crashed:
                RecordCrash(builder, state, crashed.Error, crashed.Reason, facts, retryAtOnce: false);
                break;
            case InvocationEnd.Mismatched mismatched:
                if (CutOff(builder, mismatched.Error))
                    builder.Control = builder.Control with { Attention = ExecutionAttention.Mismatched, Reason = mismatched.Reason };
                break;
            case InvocationEnd.Pending when !builder.IsTerminal && builder.WakeableCount == 0 && !HasUnseen(state, command):
                const string Invalid = "Cannot return PENDING status with no pending operations.";
                var error = new ErrorObject { ErrorType = "InvalidParameterValueException", ErrorMessage = Invalid };
                RecordCrash(builder, state, error, Invalid, facts, retryAtOnce: false);
                break;
            default:
                builder.EndInvocation(null);
                CloseOrSuspend(builder, command.End, HasUnseen(state, command) || state.HasAttemptToBegin);
                break;
        }
    }

    /// <summary>Whether the function may run: nobody has paused it, and nothing has to be looked at first.</summary>
    private static bool MayBeInvoked(EntryBuilder builder) =>
        builder.Control.Attention == ExecutionAttention.None && ExecutionKind.PauseOf(builder.Execution) is null;

    private static void Pause(EntryBuilder builder, Command.Pause pause)
    {
        if (builder.IsTerminal || ExecutionKind.PauseOf(builder.Execution) is not null) return;
        builder.Apply(ExecutionKind.RequestPause(builder.Execution, pause.Reason, pause.PausesTimeout, builder.Now));
        TakePause(builder);
    }

    /// <summary>A pause takes effect as soon as no invocation runs.</summary>
    private static void TakePause(EntryBuilder builder)
    {
        if (!builder.IsTerminal && builder.Invocation is null && ExecutionKind.PauseOf(builder.Execution) is { EffectiveAt: null })
            builder.Apply(ExecutionKind.Pause(builder.Execution, builder.Now));
    }

    private static void Unpause(EntryBuilder builder, Command.Unpause unpause, Facts facts)
    {
        if (builder.IsTerminal || ExecutionKind.PauseOf(builder.Execution) is null) return;
        builder.Apply(ExecutionKind.Resume(builder.Execution, unpause.Reason, builder.Now));
        if (builder.Invocation is null && builder.Control.OwesInvocation) OweAndBegin(builder, unpause.Begin, facts);
    }

    private static bool HasUnseen(ExecutionState state, Command.EndInvocation command) =>
        state.LastExternalVersion > Math.Max(state.Seen, command.SeenVersion);

    private static void CloseOrSuspend(EntryBuilder builder, InvocationEnd end, bool owesAnother)
    {
        if (builder.IsTerminal) return;
        switch (end)
        {
            case InvocationEnd.Succeeded succeeded:
                builder.Apply(ExecutionKind.Close(builder.Execution, OperationStatus.Succeeded, builder.Context(payload: succeeded.Result)));
                break;
            case InvocationEnd.Failed failed:
                var status = failed.Kind == FailureKind.Cancelled && ExecutionKind.IsCancelRequested(builder.Execution) ? OperationStatus.Stopped : OperationStatus.Failed;
                builder.Apply(ExecutionKind.Close(builder.Execution, status, builder.Context(error: failed.Error)));
                if (failed.Kind == FailureKind.Uncompensated)
                    builder.Control = builder.Control with { Attention = ExecutionAttention.Uncompensated, Reason = "A saga did not succeed, and not everything of it could be undone or cleaned up; the error says what." };
                break;
            case InvocationEnd.Pending:
                // What it has not seen is delivered by a new invocation at once; so is what fell due while it was ending. A due attempt that
                // it was told of and has not begun needs one too: no timer is left that would bring it.
                builder.Control = builder.Control with { OwesInvocation = owesAnother, Crashes = 0 };
                FireAndOwe(builder);
                break;
            case InvocationEnd.Yielded:
                builder.Control = builder.Control with { OwesInvocation = true };
                break;
            default:
                throw new UnreachableException($"Unknown end {end.GetType().Name}.");
        }
    }

    /// <summary>The invocation ends in the middle of its work, and another one is owed.</summary>
    /// <returns>False when the execution is over, and nothing is owed.</returns>
    private static bool CutOff(EntryBuilder builder, PayloadSlice? error)
    {
        builder.EndInvocation(error);
        if (builder.IsTerminal) return false;
        builder.NoteCutOff();
        builder.Control = builder.Control with { OwesInvocation = true };
        return true;
    }

    private static void RecordCrash(EntryBuilder builder, ExecutionState state, ErrorObject error, string reason, Facts facts, bool retryAtOnce) =>
        RecordCrash(builder, state, builder.Payloads.Record(error), reason, facts, retryAtOnce);

    private static void RecordCrash(EntryBuilder builder, ExecutionState state, PayloadSlice error, string reason, Facts facts, bool retryAtOnce)
    {
        if (!CutOff(builder, error)) return;

        var crashes = state.HasProgressed ? 1 : builder.Control.Crashes + 1;
        var control = builder.Control with { Crashes = crashes };
        builder.Control = crashes >= facts.Rules.MaxCrashesWithoutProgress
            ? control with { Attention = ExecutionAttention.Parked, Reason = $"{crashes} invocations in a row ended without progress. The last one: {reason}" }
            : control with { RetryAt = retryAtOnce && crashes == 1 ? null : builder.Now + EngineRules.CrashDelay(crashes) };
    }

    private static void Complete(EntryBuilder builder, ExecutionState state, Command.Complete complete, Facts facts)
    {
        if (builder.IsTerminal || builder.Find(complete.OperationId) is not { } operation) throw new CallbackClosedException();
        var context = builder.Context(complete.Payload, complete.Error, operation.Id, timeoutSeconds: complete.TimeoutSeconds);
        builder.Apply(operation.Kind.Complete(operation, complete.Outcome, context));
        OweAndBegin(builder, complete.Begin, facts);
    }

    /// <summary>Something happened that the function has to be told: by the invocation that runs, or by one that begins here if it can.</summary>
    private static void OweAndBegin(EntryBuilder builder, BeginArgs? begin, Facts facts)
    {
        if (builder.Invocation is not null) return;
        builder.Control = builder.Control with { OwesInvocation = true };
        if (begin is null || !MayBeInvoked(builder) || builder.Control.RetryAt is not null) return;
        builder.FireDue();
        if (!builder.IsTerminal) Begin(builder, begin, facts);
    }

    private static void Cancel(EntryBuilder builder, Command.Cancel cancel, Facts facts)
    {
        if (builder.IsTerminal || ExecutionKind.IsCancelRequested(builder.Execution)) return;
        builder.Apply(ExecutionKind.RequestCancel(builder.Execution, cancel.Reason));
        OweAndBegin(builder, cancel.Begin, facts);
    }
}
