using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>An operation that the handler runs in attempts: a step, or the checks of a condition.</summary>
/// <remarks>
/// A body runs on the work queue, never on the pump: it may block. What it produced is written and read back there too, so that a
/// value that does not survive the trip is known before anything is recorded.
/// </remarks>
internal abstract class AttemptOperation<T>(DurableContext context, OperationRequest request, CancellationToken callerToken)
    : AwaitableOperation<T>(context, request)
{
    private (T Value, string? Payload)? _live;
    private bool _bodyRuns;
    private bool _awaitsService;
    private DateTimeOffset? _wakesAt;

    public override bool AwaitsService => _awaitsService;

    public override DateTimeOffset? WakesAt => _wakesAt;

    /// <summary>At most once per attempt: the START must be durable before the body runs.</summary>
    protected virtual bool StartsDurably => false;

    /// <summary>Runs one attempt and says what to record. Called on the work queue.</summary>
    /// <param name="attempt">Its number, from 1.</param>
    /// <param name="last">What the record says of the attempt before; null on the first.</param>
    /// <param name="cancellationToken">Fires when the caller's token does, or when the body must end unrecorded.</param>
    protected abstract Task<OperationUpdate> AttemptAsync(int attempt, StepDetails? last, CancellationToken cancellationToken);

    /// <summary>An earlier invocation ended in the middle of an attempt that must not be repeated unasked.</summary>
    protected virtual OperationUpdate OnInterrupted(int attempt) => throw new InvalidOperationException("Only operations that start durably are interrupted.");

    protected abstract Exception Rebuild(StepDetails details);

    protected virtual IDurableSerializer? Serializer => null;

    public override void Begin(Operation? recorded)
    {
        switch (recorded?.Status)
        {
            case null or OperationStatus.Ready:
                Start(FinishedAttempts(recorded) + 1);
                break;
            case OperationStatus.Started when StartsDurably:
                if (!Context.IsReplayOnly) Send(OnInterrupted(FinishedAttempts(recorded) + 1), urgent: true);
                break;
            case OperationStatus.Started:
                Run(FinishedAttempts(recorded) + 1);
                break;
            case OperationStatus.Pending:
                Await(recorded);
                break;
        }
    }

    private static int FinishedAttempts(Operation? operation) => operation?.StepDetails?.Attempt ?? 0;

    private void Start(int attempt)
    {
        if (StartsDurably)
        {
            if (!CanRun()) return;

            // Written before the body runs: a crash here must look like "started", not like "never ran".
            Send(NewUpdate(OperationAction.Start), urgent: true);
        }
        else if (CanRun())
        {
            Send(NewUpdate(OperationAction.Start), urgent: false);
            RunCounted(attempt);
        }
    }

    private void Run(int attempt)
    {
        if (CanRun()) RunCounted(attempt);
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
        var flow = ExecutionContext.Capture();
        Runtime.Environment.Work.Post(() =>
        {
            if (flow is null) _ = RunBodyAsync(attempt, last);
            else ExecutionContext.Run(flow, _ => _ = RunBodyAsync(attempt, last), null);
        });
    }

    private async Task RunBodyAsync(int attempt, StepDetails? last)
    {
        StepBodyScope.Enter(Request.ToString());
        OperationUpdate? update = null;
        CancellationTokenSource? linked = null;
        try
        {
            linked = callerToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(callerToken, Runtime.BodiesToken) : null;
            if (Runtime.Environment.Options.Probe is { } probe) await probe.BeforeBodyAsync(Request).ConfigureAwait(false);
            update = await AttemptAsync(attempt, last, linked?.Token ?? Runtime.BodiesToken).ConfigureAwait(false);
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
        if (update is not null && !Runtime.BodiesToken.IsCancellationRequested && !Context.IsFinished) Send(update, urgent: true);
        else Runtime.Scheduler.PostInternal(_ => EndBody(), null);
    }

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
            case OperationStatus.Started when StartsDurably && _bodyRuns:
                RunCounted(FinishedAttempts(operation) + 1);
                break;
            case OperationStatus.Started:
                break;
            case OperationStatus.Pending:
                EndBody();
                Await(operation);
                break;
            case OperationStatus.Ready:
                Start(FinishedAttempts(operation) + 1);
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
        if (operation.Status != OperationStatus.Succeeded) Throw(Rebuild(details));
        else if (_live is { } live && live.Payload == details.Result) Complete(live.Value);
        else if (TryRead<T>(Serializer, details.Result, out var value)) Complete(value);
    }

    /// <summary>A result worth recording: written, read back, and small enough.</summary>
    protected string RoundTrip(T value)
    {
        var serializer = Serializer ?? Runtime.Environment.Serializer;
        var payload = Payloads.Write(serializer, value, SerializationContext, Request);
        var size = StrictText.ByteCount(payload);
        if (size > PerdureLimits.InlinePayloadBytes)
        {
            throw new DurableSerializationException(
                $"The result of {Request} at position {Request.Position} is {size:N0} bytes; a step result is at most {PerdureLimits.InlinePayloadBytes:N0}. " +
                "Store the value elsewhere and return a reference to it. [PDR0204]");
        }

        _live = (Payloads.Read<T>(serializer, payload, SerializationContext, Request), payload);
        return payload;
    }

    protected OperationUpdate RetryUpdate(TimeSpan delay, string? payload, ErrorObject? error) =>
        NewUpdate(OperationAction.Retry, payload, error) with { StepOptions = new StepOptions { NextAttemptDelaySeconds = Durations.WholeSeconds(delay) } };
}
