using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations.Wait;

/// <summary>The rules of WAIT: opened by the handler, ended by the service's clock.</summary>
internal sealed class WaitKind : OperationKind
{
    public override string Type => OperationTypes.Wait;

    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context) => update.Action switch
    {
        OperationAction.Start => Start(update, current, context),
        OperationAction.Cancel => Cancel(current, context),
        _ => throw InvalidAction(),
    };

    private Transition Start(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (current is not null) throw new InvalidTransitionException("Cannot start a WAIT that already exist.");
        if (update.WaitOptions is not { } options)
            throw new InvalidTransitionException("Update for WAIT operation requires WaitOptions.");
        if (options.WaitSeconds is < 1 or > PerdureLimits.MaxDurationSeconds)
            throw new InvalidTransitionException($"WaitOptions.WaitSeconds is {options.WaitSeconds}; it must be from 1 to {PerdureLimits.MaxDurationSeconds}.");

        var endsAt = EndOf(options, context.Now);
        var state = new WaitState((int)Math.Ceiling((endsAt - context.Now).TotalSeconds), endsAt);
        return new Transition(
            OperationRecord.Open(this, update, context.Now) with { State = state },
            new EventRecord("WaitStarted") { Facts = new WaitFacts(state.Seconds, state.EndsAt) });
    }

    /// <summary>Never before the instant that was asked for, and no shorter or longer than a wait can be.</summary>
    private static DateTimeOffset EndOf(WaitOptions options, DateTimeOffset now)
    {
        if (options.ScheduledEndTimestamp is not { } asked) return now.AddSeconds(options.WaitSeconds);
        var left = Math.Ceiling((asked - now).TotalMilliseconds); // what is recorded has milliseconds
        return now.AddMilliseconds(Math.Clamp(left, 1000, 1000.0 * PerdureLimits.MaxDurationSeconds));
    }

    private static Transition Cancel(OperationRecord? current, TransitionContext context)
    {
        if (current is not { Status: OperationStatus.Started })
            throw new InvalidTransitionException("Cannot cancel a WAIT that does not exist or has already completed.");
        return new Transition(
            current with { Status = OperationStatus.Cancelled, EndedAt = context.Now, Error = context.Error },
            new EventRecord("WaitCancelled") { Error = context.Error });
    }

    public override DateTimeOffset? DueAt(OperationRecord operation, DateTimeOffset? lastBeat) =>
        operation.IsOpen ? StateOf(operation).EndsAt : null;

    public override Transition? OnTimer(OperationRecord operation, TransitionContext context) =>
        DueAt(operation, null) <= context.Now
            ? new Transition(
                operation with { Status = OperationStatus.Succeeded, EndedAt = context.Now },
                new EventRecord("WaitSucceeded") { Facts = new WaitFacts(StateOf(operation).Seconds, null) })
            : null;

    public override bool CanWake(OperationRecord operation) => operation.IsOpen;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads) =>
        operation with { WaitDetails = new WaitDetails { ScheduledEndTimestamp = StateOf(record).EndsAt } };

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads)
    {
        var facts = record.Facts as WaitFacts;
        return record.Type switch
        {
            "WaitStarted" => historyEvent with { WaitStartedDetails = new WaitStartedDetails(facts!.Seconds, facts.EndsAt!.Value) }, // written by Start
            "WaitSucceeded" => historyEvent with { WaitSucceededDetails = new WaitSucceededDetails(facts!.Seconds) }, // written by OnTimer
            "WaitCancelled" => historyEvent with
            {
                WaitCancelledDetails = new WaitCancelledDetails(record.Error is null ? null : payloads.EventError(record.Error)),
            },
            _ => throw UnknownEvent(record.Type),
        };
    }

    private static WaitState StateOf(OperationRecord operation) => (WaitState)operation.State!; // every WAIT is opened with one

    public override void WriteState(Utf8JsonWriter json, KindState state)
    {
        var (seconds, endsAt) = (WaitState)state;
        json.WriteNumber("w", seconds);
        json.WriteInstant("u", endsAt);
    }

    public override KindState ReadState(JsonElement json) => new WaitState(
        json.GetProperty("w").GetInt32(),
        json.Instant("u"));

    public override EventFacts ReadFacts(JsonElement json) => new WaitFacts(
        json.GetProperty("w").GetInt32(),
        json.OptionalInstant("u"));

    private sealed record WaitState(int Seconds, DateTimeOffset EndsAt) : KindState;

    private sealed record WaitFacts(int Seconds, DateTimeOffset? EndsAt) : EventFacts
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("w", Seconds);
            json.WriteInstant("u", EndsAt);
        }
    }
}
