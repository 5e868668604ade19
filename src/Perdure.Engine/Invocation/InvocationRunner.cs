using Microsoft.Extensions.Logging;
using Perdure.Client;
using Perdure.Engine.Executions;
using Perdure.Engine.Scheduling;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Engine.Invocation;

/// <summary>What an invocation starts from, taken under the gate in the moment it began.</summary>
internal sealed record InvocationStart(
    InvocationRecord Record, string Arn, string Function, string FunctionVersion, long Version, DateTimeOffset? Deadline, DateTimeOffset? ToldDeadline, string? TenantId,
    IReadOnlyList<OperationRecord> Operations, IReadOnlyList<string> Updated, ReadOnlyMemory<byte> Payload)
{
    public static InvocationStart? Of(ExecutionState state, Decision decision)
    {
        if (decision.Changes?.Began is not { } began) return null;
        var execution = state.Execution;
        return new InvocationStart(
            began, state.Arn, state.Identity.Function, state.Identity.FunctionVersion, state.Version, execution.Kind.DueAt(execution, null), ExecutionKind.ToldDeadline(execution), ExecutionKind.SettingsOf(execution).TenantId,
            [.. state.Operations.Where(state.IsVisible)],
            decision.Unseen,
            decision.Payload);
    }
}

/// <summary>Runs invocations and records how they end.</summary>
internal sealed partial class InvocationRunner(
    EngineCore core, FunctionRegistry functions, InvocationHost host, SlotPool slots, LeaseKeeper leases)
{
    private readonly ILogger _logger = core.Loggers.CreateLogger("Perdure.Engine.Invocation");

    /// <summary>Where the checkpoints of invocations go, wherever they run.</summary>
    public IDurableService Service { get; } = new InProcessService(core, functions);

    /// <summary>The same for somebody who may start only some functions.</summary>
    public IDurableService ServiceFor(Func<string, bool> mayStart) => new InProcessService(core, functions) { MayStart = mayStart };

    /// <summary>Starts the invocation that a decision began, if it began one. Takes over the caller's slot then, and holds the mailbox for itself.</summary>
    public bool TryLaunch(ExecutionMailbox mailbox, ExecutionState state, Decision decision)
    {
        if (InvocationStart.Of(state, decision) is not { } start) return false;
        core.Mailboxes.Rent(mailbox.Key);
        var signals = new InvocationSignals();
        mailbox.SetRunning(signals);
        leases.Add(new ActiveInvocation(mailbox.Key, start.Record.Epoch, start.Deadline, signals));
        core.Activity.Enter();
        core.Work.Post(() => _ = RunAsync(mailbox, start, signals));
        return true;
    }

    private async Task RunAsync(ExecutionMailbox mailbox, InvocationStart start, InvocationSignals signals)
    {
        try
        {
            var outcome = await InvokeAsync(mailbox, start, signals).ConfigureAwait(false);
            if (outcome is InvocationOutcome.Mismatched mismatched) LogMismatched(_logger, start.Arn, mismatched.Error.ErrorMessage);
            if (outcome is InvocationOutcome.Crashed crashed) LogCrashed(_logger, start.Arn, crashed.Error.ErrorType, crashed.Error.ErrorMessage);
            if (outcome is not InvocationOutcome.Superseded) await EndAsync(mailbox, start, outcome).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Not recorded, so not lost: the lease runs out and the next owner takes over.
            LogNotRecorded(_logger, start.Arn, error);
        }
        finally
        {
            mailbox.ClearRunning(signals);
            leases.Remove(mailbox.Key, start.Record.Epoch);
            core.Mailboxes.Return(mailbox);
            slots.Release();
            core.Activity.Exit();
        }
    }

    private async Task<InvocationOutcome> InvokeAsync(ExecutionMailbox mailbox, InvocationStart start, InvocationSignals signals)
    {
        try
        {
            var input = await BuildInputAsync(mailbox, start).ConfigureAwait(false);
            var environment = new InvocationEnvironment
            {
                Service = Service,
                Work = core.Work,
                Clock = core.Store.Clock,
                LoggerFactory = core.Loggers,
                Serializer = host.Serializer,
                Payloads = core.Payloads,
                RequestId = start.Record.RequestId,
                Signals = signals,
                Options = host.Options,
                Deadline = start.ToldDeadline,
                TenantId = start.TenantId,
                Interceptors = host.Interceptors,
            };
            return await functions.Get(start.Function, start.FunctionVersion).Invoker.InvokeAsync(input, environment, host.Services).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return new InvocationOutcome.Crashed(ErrorObject.FromException(error));
        }
    }

    private async Task<DurableExecutionInvocationInput> BuildInputAsync(ExecutionMailbox mailbox, InvocationStart start)
    {
        var payloads = new JournalPayloads();
        payloads.Add(start.Version, start.Payload);
        var operations = await payloads.DescribeAsync(core.Store, mailbox.Key, start.Operations, CancellationToken.None).ConfigureAwait(false);
        return new DurableExecutionInvocationInput
        {
            DurableExecutionArn = start.Arn,
            CheckpointToken = core.Signer.Sign(new CheckpointToken(mailbox.Key, start.Record.Epoch, start.Record.Nonce, start.Version)),
            InitialExecutionState = new InitialExecutionState { Operations = operations },
            UpdatedOperationIds = start.Updated,
        };
    }

    private Task<bool> EndAsync(ExecutionMailbox mailbox, InvocationStart start, InvocationOutcome outcome) => mailbox.ApplyAsync(
        (state, payloads) => state.Invocation?.Epoch != start.Record.Epoch
            ? null
            : new Command.EndInvocation(start.Record.Epoch, EndOf(outcome, payloads), SeenBy(outcome)),
        static (_, _) => true);

    /// <summary>What the function itself has taken in, not what was sent to it: an answer may cross with its end.</summary>
    private long SeenBy(InvocationOutcome outcome) =>
        outcome is InvocationOutcome.Pending pending && core.Signer.TryRead(pending.SeenToken, out var token) ? token.Version : 0;

    private InvocationEnd EndOf(InvocationOutcome outcome, PayloadWriter payloads) => outcome switch
    {
        InvocationOutcome.Succeeded { Result: { } result } when StrictText.ByteCount(result) is var size && size > core.Rules.MaxResultBytes =>
            new InvocationEnd.Failed(payloads.Record(TooLarge(size))),
        InvocationOutcome.Succeeded succeeded => new InvocationEnd.Succeeded(payloads.Add(succeeded.Result)),
        InvocationOutcome.Failed failed => new InvocationEnd.Failed(payloads.Record(failed.Error.Fitting()), failed.Error.ErrorType switch
        {
            ExecutionCancelledException.Code => FailureKind.Cancelled,
            SagaCompensationException.Code => FailureKind.Uncompensated,
            _ => FailureKind.Ordinary,
        }),
        InvocationOutcome.Mismatched mismatched => new InvocationEnd.Mismatched(
            payloads.Record(mismatched.Error), mismatched.Error.ErrorMessage ?? "The code no longer matches the record."),
        InvocationOutcome.Pending => new InvocationEnd.Pending(),
        InvocationOutcome.Yielded => new InvocationEnd.Yielded(),
        InvocationOutcome.Crashed crashed => new InvocationEnd.Crashed(
            payloads.Record(crashed.Error), crashed.Error.ErrorMessage ?? crashed.Error.ErrorType ?? "unknown"),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown outcome {outcome.GetType().Name}."),
    };

    private ErrorObject TooLarge(int size) => ErrorObject.FromException(new DurableSerializationException(
        $"The function's result is {size:N0} bytes; at most {core.Rules.MaxResultBytes:N0} are allowed. Store it elsewhere and return a reference. [PDR0305]"));

    [LoggerMessage(EventId = 301, Level = LogLevel.Error, Message = "An invocation of {Arn} broke and will be repeated: {ErrorType}: {ErrorMessage}")]
    private static partial void LogCrashed(ILogger logger, string arn, string? errorType, string? errorMessage);

    [LoggerMessage(EventId = 303, Level = LogLevel.Error, Message = "{Arn} is parked: {Reason}")]
    private static partial void LogMismatched(ILogger logger, string arn, string? reason);

    [LoggerMessage(EventId = 302, Level = LogLevel.Error, Message = "The end of an invocation of {Arn} could not be recorded; it is repeated when its lease ends.")]
    private static partial void LogNotRecorded(ILogger logger, string arn, Exception error);
}

/// <summary>What functions of this host run with.</summary>
internal sealed record InvocationHost(IServiceProvider Services, IDurableSerializer Serializer, RuntimeOptions Options)
{
    /// <summary>Who watches every invocation of this host; null for nobody.</summary>
    public InterceptorChain? Interceptors { get; init; }
}
