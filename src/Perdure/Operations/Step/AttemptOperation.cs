using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>An operation that the handler runs in attempts: a step, or the checks of a condition.</summary>
/// <remarks>
/// <para>
/// A body runs on the work queue, never on the pump: it may block. What it produced is written and read back there too, so that a
/// value that does not survive the trip is known before anything is recorded.
/// </para>
/// <para>
/// While recorded causes are still to be delivered no body begins: one of them may end the context that the body is for, or stop its scope.
/// </para>
/// </remarks>
internal abstract class AttemptOperation<T>(DurableContext context, OperationRequest request, CancellationToken callerToken)
    : AwaitableOperation<T>(context, request)
{
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();
    private (T Value, string? Payload)? _live;
    private bool _bodyRuns;
    private bool _awaitsStart;
    private bool _awaitsService;
    private DateTimeOffset? _wakesAt;

    public override bool AwaitsService => _awaitsService;

    public override DateTimeOffset? WakesAt => _wakesAt;

    /// <summary>At most once per attempt: a cut-off attempt has failed.</summary>
    protected virtual bool RunsAtMostOnce => false;

    /// <summary>Whether the START must be durable before the body runs.</summary>
    protected virtual bool StartsDurably => RunsAtMostOnce;

    /// <summary>Runs one attempt and says what to record. Called on the work queue.</summary>
    /// <param name="attempt">Its number, from 1.</param>
    /// <param name="last">What the record says of the operation as the attempt begins; null when it is new.</param>
    /// <param name="cancellationToken">Fires when the caller's token or the scope's does, or when the body must end unrecorded.</param>
    protected abstract Task<OperationUpdate> AttemptAsync(int attempt, StepDetails? last, CancellationToken cancellationToken);

    /// <summary>An earlier invocation ended in the middle of an attempt: what to record instead of repeating it; null to repeat it.</summary>
    protected virtual OperationUpdate? OnInterrupted(int attempt, StepDetails recorded) => null;

    protected abstract Exception Rebuild(StepDetails details);

    protected virtual IDurableSerializer? Serializer => null;

    /// <summary>Why no further attempt may be made; null while one may.</summary>
    protected DurableExecutionException? Stopped => Context.Scope.Reason;

    public override void Begin(Operation? recorded)
    {
        switch (recorded?.Status)
        {
            case null or OperationStatus.Ready:
                Runtime.WhenCaughtUp(() => Start(FinishedAttempts(recorded) + 1));
                break;
            case OperationStatus.Started:
                Runtime.WhenCaughtUp(() => Repeat(recorded.StepDetails ?? new StepDetails()));
                break;
            case OperationStatus.Pending:
                Await(recorded);
                break;
        }
    }

    private static int FinishedAttempts(Operation? operation) => operation?.StepDetails?.Attempt ?? 0;

    private void Start(int attempt)
    {
        if (EndIfStopped() || !CanRun()) return;

        // Durable before the body runs: a crash here must look like "started", not like "never ran".
        Send(NewUpdate(OperationAction.Start), urgent: StartsDurably);
        if (StartsDurably) _awaitsStart = true;
        else RunCounted(attempt);
    }

    /// <summary>The START is durable; what was recorded before it may have stopped the scope, or ended the context, that the body was for.</summary>
    private void RunStarted(int attempt)
    {
        if (Context.IsFinished) EndBody();
        else if (!EndIfStopped()) RunCounted(attempt);
    }

    private void Repeat(StepDetails recorded)
    {
        if (EndIfStopped() || Context.IsReplayOnly) return;
        var attempt = recorded.Attempt + 1;
        if (OnInterrupted(attempt, recorded) is { } outcome) Send(outcome, urgent: true);
        else if (CanRun()) RunCounted(attempt);
    }

    /// <summary>In a stopped scope an operation whose body does not run ends with the reason.</summary>
    private bool EndIfStopped()
    {
        if (Stopped is not { } reason || Context.IsReplayOnly) return false;
        Send(FailUpdate(reason), urgent: true);
        return true;
    }

    /// <summary>Counts a body in, unless the context only replays or the host drains.</summary>
    private bool CanRun()
    {
        if (Context.IsReplayOnly || Context.IsFinished) return false;
        if (!Runtime.TryBeginBody())
        {
            Runtime.Environment.Options.Probe?.OnBodyHeld(Request);
            return false;
        }

        _bodyRuns = true;
        return true;
    }

    private void RunCounted(int attempt)
    {
        // Looked up here: the history belongs to the pump.
        var last = Runtime.History.Find(Id)?.StepDetails;
        var isReplay = Runtime.History.WasRecorded(Id);
        Runtime.Environment.Work.Post(() =>
        {
            if (_flow is null) _ = RunBodyAsync(attempt, last, isReplay);
            else ExecutionContext.Run(_flow, _ => _ = RunBodyAsync(attempt, last, isReplay), null);
        });
    }

    private async Task RunBodyAsync(int attempt, StepDetails? last, bool isReplay)
    {
        StepBodyScope.Enter(Request.ToString());
        OperationUpdate? update = null;
        CancellationTokenSource? linked = null;
        try
        {
            var token = Context.Scope.BodyToken;
            if (callerToken.CanBeCanceled && !Context.Scope.Covers(callerToken))
            {
                linked = CancellationTokenSource.CreateLinkedTokenSource(callerToken, token);
                token = linked.Token;
            }

            if (Runtime.Environment.Options.Probe is { } probe) await probe.BeforeBodyAsync(Request).ConfigureAwait(false);
            update = Runtime.Environment.Interceptors is { } interceptors
                ? await AttemptHooks.RunAsync(interceptors, Clock, Describe(attempt, isReplay), () => AttemptAsync(attempt, last, token)).ConfigureAwait(false)
                : await AttemptAsync(attempt, last, token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Runtime.Scheduler.PostInternal(_ => Runtime.Crash(error), null);
        }
        finally
        {
            linked?.Dispose();
        }

        // Cut off by the host, not by the work: the attempt counts as interrupted, and nothing is recorded of it.
        var isSent = update is not null && !Runtime.BodiesToken.IsCancellationRequested && Send(update, urgent: true);
        if (!isSent) Runtime.Scheduler.PostInternal(_ => EndBody(), null);
    }

    private TimeProvider Clock => Runtime.Environment.Clock;

    private AttemptInfo Describe(int attempt, bool isReplay) => new(Runtime.Arn, Id, Request.Name, Request.SubType, attempt)
    {
        Type = Request.Type,
        ParentId = Context.RecordId,
        StartedAt = Clock.GetUtcNow(),
        IsReplay = isReplay,
    };

    private void EndBody()
    {
        if (!_bodyRuns) return;
        _bodyRuns = false;
        Runtime.EndBody();
    }

    public override void OnChanged(Operation operation)
    {
        _awaitsService = false;
        switch (operation.Status)
        {
            case OperationStatus.Started when _awaitsStart:
                _awaitsStart = false;
                Runtime.WhenCaughtUp(() => RunStarted(FinishedAttempts(operation) + 1));
                break;
            case OperationStatus.Started:
                break;
            case OperationStatus.Pending:
                EndBody();
                Await(operation);
                break;
            case OperationStatus.Ready:
                Runtime.WhenCaughtUp(() => Start(FinishedAttempts(operation) + 1));
                break;
            default:
                EndBody();
                break;
        }
    }

    private void Await(Operation operation)
    {
        _awaitsService = true;
        _wakesAt = operation.StepDetails?.NextAttemptTimestamp;
    }

    public override void DeliverEnd(Operation operation)
    {
        var details = operation.StepDetails ?? new StepDetails();
        if (operation.Status != OperationStatus.Succeeded) EndFailed(details);
        else if (_live is { } live && live.Payload == details.Result) EndSucceeded(live.Value);
        else if (TryRead<T>(Serializer, details.Result, out var value)) EndSucceeded(value);
    }

    protected virtual void EndSucceeded(T value) => Complete(value);

    protected virtual void EndFailed(StepDetails details) => Throw(details.Error is { ErrorType: ExecutionCancelledException.Code or DeadlineExceededException.Code } stopped
        ? RecordedFailure.Rebuild(stopped, Request.SubType)
        : Rebuild(details));

    /// <summary>A result worth recording: written, read back, and small enough.</summary>
    protected Payload RoundTrip(T value)
    {
        var serializer = Serializer ?? Runtime.Environment.Serializer;
        var payload = Payloads.Write(serializer, value, SerializationContext, Request, Runtime.Environment.Payloads);
        var size = StrictText.ByteCount(payload.Text);
        if (size > Runtime.Environment.MaxPayloadBytes)
        {
            throw new DurableSerializationException(
                $"The result of {Request} at position {Request.Position} is {size:N0} bytes; a step result is at most {Runtime.Environment.MaxPayloadBytes:N0}. " +
                "Store the value elsewhere and return a reference to it. [PDR0204]");
        }

        _live = (Payloads.Read<T>(serializer, payload.Text, SerializationContext, Request), payload.Text);
        return payload;
    }

    protected OperationUpdate FailUpdate(Exception error) => NewUpdate(OperationAction.Fail, error: ErrorObject.FromException(error));

    protected OperationUpdate RetryUpdate(TimeSpan delay, Payload? payload, ErrorObject? error) =>
        NewUpdate(OperationAction.Retry, payload, error) with { StepOptions = new StepOptions { NextAttemptDelaySeconds = Durations.WholeSeconds(delay) } };
}
