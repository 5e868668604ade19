using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations.Step;

/// <summary>The rules of STEP: attempts run in the handler; the service only counts them and wakes the next one.</summary>
internal sealed class StepKind : OperationKind
{
    public override string Type => OperationTypes.Step;

    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (update.StepOptions is not null && update.Action != OperationAction.Retry)
            throw new InvalidTransitionException("Invalid StepOptions for the given action.");

        return update.Action switch
        {
            OperationAction.Start => Start(update, current, context),
            OperationAction.Succeed => Close(update, current, context, OperationStatus.Succeeded),
            OperationAction.Fail => Close(update, current, context, OperationStatus.Failed),
            OperationAction.Retry => Retry(update, current, context),
            _ => throw InvalidAction(),
        };
    }

    private Transition Start(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        var started = current switch
        {
            null => OperationRecord.Open(this, update, context.Now) with { State = new StepState(0, null, 0) },

            // The last attempt's result stays: it is the state that wait-for-condition continues from.
            { Status: OperationStatus.Ready } => current with { Status = OperationStatus.Started, EndedAt = null },
            _ => throw new InvalidTransitionException("Invalid current STEP state to start."),
        };
        return new Transition(started, new EventRecord("StepStarted"));
    }

    private Transition Close(OperationUpdate update, OperationRecord? current, TransitionContext context, OperationStatus status)
    {
        var attempt = FinishedAttempt(update, current, context, "Invalid current STEP state to close.");
        var closed = attempt.Operation with
        {
            Status = status,
            State = StateOf(attempt.Operation) with { Attempt = attempt.Number, NextAttemptAt = null },
            Result = status == OperationStatus.Succeeded ? context.Payload : attempt.Operation.Result,
            Error = context.Error,
            EndedAt = context.Now,
        };
        return new Transition(closed, new EventRecord(status == OperationStatus.Succeeded ? "StepSucceeded" : "StepFailed")
        {
            Payload = context.Payload,
            Error = context.Error,
            Facts = new StepFacts(attempt.Number, null),
        });
    }

    private Transition Retry(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (update.StepOptions?.NextAttemptDelaySeconds is not { } delay)
            throw new InvalidTransitionException("Invalid StepOptions for the given action.");
        if (delay is < 1 or > PerdureLimits.MaxDurationSeconds)
            throw new InvalidTransitionException($"StepOptions.NextAttemptDelaySeconds is {delay}; it must be from 1 to {PerdureLimits.MaxDurationSeconds}.");
        if (context.Payload is not null && context.Error is not null)
            throw new InvalidTransitionException("Cannot provide both error and payload to RETRY a STEP.");

        var attempt = FinishedAttempt(update, current, context, "Invalid current STEP state to re-attempt.");
        var pending = attempt.Operation with
        {
            Status = OperationStatus.Pending,
            State = StateOf(attempt.Operation) with { Attempt = attempt.Number, NextAttemptAt = context.Now.AddSeconds(delay) },
            Result = context.Payload ?? attempt.Operation.Result,
            Error = context.Error,
            EndedAt = context.Now,
        };
        return new Transition(pending, new EventRecord(context.Error is null ? "StepSucceeded" : "StepFailed")
        {
            Payload = context.Payload,
            Error = context.Error,
            Facts = new StepFacts(attempt.Number, delay),
        });
    }

    private (OperationRecord Operation, int Number) FinishedAttempt(
        OperationUpdate update, OperationRecord? current, TransitionContext context, string message)
    {
        var operation = current switch
        {
            null => OperationRecord.Open(this, update, context.Now) with { State = new StepState(0, null, 0) },
            { Status: OperationStatus.Started or OperationStatus.Ready } => current,
            _ => throw new InvalidTransitionException(message),
        };
        return (operation, StateOf(operation).Attempt + 1);
    }

    public override DateTimeOffset? DueAt(OperationRecord operation, DateTimeOffset? lastBeat) =>
        operation.Status == OperationStatus.Pending ? StateOf(operation).NextAttemptAt : null;

    // No event: a due retry becomes visible as READY, its start as the next StepStarted.
    public override Transition? OnTimer(OperationRecord operation, TransitionContext context) =>
        DueAt(operation, null) <= context.Now
            ? new Transition(operation with { Status = OperationStatus.Ready, State = StateOf(operation) with { NextAttemptAt = null } })
            : null;

    public override bool IsUnderWay(OperationRecord operation) => operation.Status == OperationStatus.Started;

    public override OperationRecord OnCutOff(OperationRecord operation) =>
        operation with { State = StateOf(operation) with { Interruptions = StateOf(operation).Interruptions + 1 } };

    public override bool CanWake(OperationRecord operation) => operation.Status is OperationStatus.Pending or OperationStatus.Ready;

    public override bool MayFollowInBatch(OperationAction first, OperationAction second) =>
        first == OperationAction.Start && second is OperationAction.Succeed or OperationAction.Fail or OperationAction.Retry;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads)
    {
        var state = StateOf(record);
        return operation with
        {
            StepDetails = new StepDetails
            {
                Attempt = state.Attempt,
                NextAttemptTimestamp = state.NextAttemptAt,
                Interruptions = state.Interruptions,
                Result = payloads.Text(record.Result),
                Error = payloads.Error(record.Error),
            },
        };
    }

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads) => record.Type switch
    {
        "StepStarted" => historyEvent with { StepStartedDetails = new StepStartedDetails() },
        "StepSucceeded" => historyEvent with
        {
            StepSucceededDetails = new StepSucceededDetails(payloads.EventPayload(record.Payload), RetryDetailsOf(record)),
        },
        "StepFailed" => historyEvent with
        {
            StepFailedDetails = new StepFailedDetails(payloads.EventError(record.Error), RetryDetailsOf(record)),
        },
        _ => throw UnknownEvent(record.Type),
    };

    private static StepState StateOf(OperationRecord operation) => (StepState)operation.State!; // every STEP is opened with one

    private static RetryDetails RetryDetailsOf(EventRecord record)
    {
        var facts = (StepFacts)record.Facts!; // written with every event that ends an attempt
        return new RetryDetails(facts.Attempt, facts.DelaySeconds);
    }

    public override void WriteState(Utf8JsonWriter json, KindState state)
    {
        var (attempt, next, interruptions) = (StepState)state;
        json.WriteNumber("a", attempt);
        if (interruptions > 0) json.WriteNumber("i", interruptions);
        json.WriteInstant("n", next);
    }

    public override KindState ReadState(JsonElement json) => new StepState(
        json.GetProperty("a").GetInt32(),
        json.OptionalInstant("n"),
        json.CountOrZero("i"));

    public override EventFacts ReadFacts(JsonElement json) => new StepFacts(
        json.GetProperty("a").GetInt32(),
        json.TryGetProperty("d", out var delay) ? delay.GetInt32() : null);

    private sealed record StepState(int Attempt, DateTimeOffset? NextAttemptAt, int Interruptions) : KindState;

    private sealed record StepFacts(int Attempt, int? DelaySeconds) : EventFacts
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("a", Attempt);
            if (DelaySeconds is { } delay) json.WriteNumber("d", delay);
        }
    }
}
