using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations.Callback;

/// <summary>The rules of CALLBACK: opened by the handler, ended by the outside world or by one of two deadlines.</summary>
internal sealed class CallbackKind : OperationKind
{
    public override string Type => OperationTypes.Callback;

    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (update.Action != OperationAction.Start) throw InvalidAction();
        if (current is not null) throw new InvalidTransitionException("Cannot start a CALLBACK that already exist.");

        var timeout = Seconds(update.CallbackOptions?.TimeoutSeconds, "TimeoutSeconds");
        var heartbeat = Seconds(update.CallbackOptions?.HeartbeatTimeoutSeconds, "HeartbeatTimeoutSeconds");
        var state = new CallbackState(context.MintCallbackId(update.Id), timeout, heartbeat);
        return new Transition(
            OperationRecord.Open(this, update, context.Now) with { State = state },
            new EventRecord("CallbackStarted") { Facts = new CallbackFacts(state.CallbackId, timeout, heartbeat) });
    }

    private static int Seconds(int? value, string field) => value switch
    {
        null => 0,
        < 0 or > PerdureLimits.MaxDurationSeconds => throw new InvalidTransitionException(
            $"CallbackOptions.{field} is {value}; it must be from 0 (none) to {PerdureLimits.MaxDurationSeconds}."),
        _ => value.Value,
    };

    public override Transition Complete(OperationRecord operation, OperationStatus outcome, TransitionContext context)
    {
        // A deadline that has passed wins even when nobody has swept yet: whoever asks, the answer is the same.
        if (!operation.IsOpen || DueAt(operation, context.LastBeat) <= context.Now)
            throw new CallbackClosedException();

        return outcome switch
        {
            OperationStatus.Succeeded => new Transition(
                operation with { Status = outcome, EndedAt = context.Now, Result = context.Payload },
                new EventRecord("CallbackSucceeded") { Payload = context.Payload }),
            OperationStatus.Failed => new Transition(
                operation with { Status = outcome, EndedAt = context.Now, Error = context.Error },
                new EventRecord("CallbackFailed") { Error = context.Error }),
            _ => throw InvalidAction(),
        };
    }

    public override DateTimeOffset? DueAt(OperationRecord operation, DateTimeOffset? lastBeat)
    {
        if (!operation.IsOpen) return null;
        var (timeoutAt, heartbeatAt) = Deadlines(operation, lastBeat);
        return timeoutAt is { } t && heartbeatAt is { } h ? (t < h ? t : h) : timeoutAt ?? heartbeatAt;
    }

    private static (DateTimeOffset? TimeoutAt, DateTimeOffset? HeartbeatAt) Deadlines(OperationRecord operation, DateTimeOffset? lastBeat)
    {
        var state = StateOf(operation);
        var lastSign = lastBeat > operation.StartedAt ? lastBeat.Value : operation.StartedAt;
        return (
            state.TimeoutSeconds == 0 ? null : operation.StartedAt.AddSeconds(state.TimeoutSeconds),
            state.HeartbeatSeconds == 0 ? null : lastSign.AddSeconds(state.HeartbeatSeconds));
    }

    public override Transition? OnTimer(OperationRecord operation, TransitionContext context)
    {
        if (!(DueAt(operation, context.LastBeat) <= context.Now)) return null;

        // If both deadlines are past, the earlier one says why.
        var (timeoutAt, heartbeatAt) = Deadlines(operation, context.LastBeat);
        var heartbeat = timeoutAt is null || heartbeatAt < timeoutAt;
        var error = context.Record(new ErrorObject
        {
            ErrorType = heartbeat ? "Callback.Heartbeat" : "Callback.Timeout",
            ErrorMessage = heartbeat ? "Callback timed out on heartbeat" : "Callback timed out",
        });
        return new Transition(
            operation with { Status = OperationStatus.TimedOut, EndedAt = context.Now, Error = error },
            new EventRecord("CallbackTimedOut") { Error = error });
    }

    public override bool HasHeartbeat(OperationRecord operation) => operation.IsOpen && StateOf(operation).HeartbeatSeconds > 0;

    public override bool Answers(OperationRecord operation, string callbackId) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(StateOf(operation).CallbackId), Encoding.ASCII.GetBytes(callbackId));

    public override bool CanWake(OperationRecord operation) => operation.IsOpen;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads) => operation with
    {
        CallbackDetails = new CallbackDetails
        {
            CallbackId = StateOf(record).CallbackId,
            Result = payloads.Text(record.Result),
            Error = payloads.Error(record.Error),
        },
    };

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads)
    {
        switch (record.Type)
        {
            case "CallbackStarted":
                var facts = (CallbackFacts)record.Facts!; // written by Apply
                return historyEvent with
                {
                    CallbackStartedDetails = new CallbackStartedDetails(
                        facts.CallbackId, NullIfNone(facts.TimeoutSeconds), NullIfNone(facts.HeartbeatSeconds)),
                };
            case "CallbackSucceeded":
                return historyEvent with { CallbackSucceededDetails = new CallbackSucceededDetails(payloads.EventPayload(record.Payload)) };
            case "CallbackFailed":
                return historyEvent with { CallbackFailedDetails = new CallbackFailedDetails(payloads.EventError(record.Error)) };
            case "CallbackTimedOut":
                return historyEvent with { CallbackTimedOutDetails = new CallbackTimedOutDetails(payloads.EventError(record.Error)) };
            default:
                throw UnknownEvent(record.Type);
        }
    }

    private static int? NullIfNone(int seconds) => seconds == 0 ? null : seconds;

    private static CallbackState StateOf(OperationRecord operation) => (CallbackState)operation.State!; // every CALLBACK is opened with one

    public override void WriteState(Utf8JsonWriter json, KindState state)
    {
        var (id, timeout, heartbeat) = (CallbackState)state;
        Write(json, id, timeout, heartbeat);
    }

    private static void Write(Utf8JsonWriter json, string id, int timeout, int heartbeat)
    {
        json.WriteString("c", id);
        if (timeout != 0) json.WriteNumber("t", timeout);
        if (heartbeat != 0) json.WriteNumber("h", heartbeat);
    }

    public override KindState ReadState(JsonElement json)
    {
        var (id, timeout, heartbeat) = Read(json);
        return new CallbackState(id, timeout, heartbeat);
    }

    public override EventFacts ReadFacts(JsonElement json)
    {
        var (id, timeout, heartbeat) = Read(json);
        return new CallbackFacts(id, timeout, heartbeat);
    }

    private static (string Id, int Timeout, int Heartbeat) Read(JsonElement json) => (
        json.GetProperty("c").GetString()!, // written by WriteState, never null
        json.CountOrZero("t"),
        json.CountOrZero("h"));

    private sealed record CallbackState(string CallbackId, int TimeoutSeconds, int HeartbeatSeconds) : KindState;

    private sealed record CallbackFacts(string CallbackId, int TimeoutSeconds, int HeartbeatSeconds) : EventFacts
    {
        public override void Write(Utf8JsonWriter json) => CallbackKind.Write(json, CallbackId, TimeoutSeconds, HeartbeatSeconds);
    }
}
