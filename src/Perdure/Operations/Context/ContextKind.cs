using System.Text.Json;

namespace Perdure.Operations.Context;

/// <summary>The rules of CONTEXT: a group of operations whose outcome the handler decides.</summary>
internal sealed class ContextKind : OperationKind
{
    public override string Type => OperationTypes.Context;

    public override bool CanHaveChildren => true;

    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context) => update.Action switch
    {
        OperationAction.Start when current is null => new Transition(
            OperationRecord.Open(this, update, context.Now), new EventRecord("ContextStarted")),
        OperationAction.Start => throw new InvalidTransitionException("Cannot start a CONTEXT that already exist."),
        OperationAction.Succeed => Close(update, current, context, OperationStatus.Succeeded),
        OperationAction.Fail => Close(update, current, context, OperationStatus.Failed),
        _ => throw InvalidAction(),
    };

    private Transition Close(OperationUpdate update, OperationRecord? current, TransitionContext context, OperationStatus status)
    {
        var open = current switch
        {
            null => OperationRecord.Open(this, update, context.Now),
            { Status: OperationStatus.Started } => current,
            _ => throw new InvalidTransitionException("Invalid current CONTEXT state to close."),
        };
        var closed = open with
        {
            Status = status,
            EndedAt = context.Now,
            Result = context.Payload,
            Error = context.Error,
            State = update.ContextOptions?.ReplayChildren == true ? ReplayChildren : null,
        };
        return new Transition(closed, new EventRecord(status == OperationStatus.Succeeded ? "ContextSucceeded" : "ContextFailed")
        {
            Payload = context.Payload,
            Error = context.Error,
        });
    }

    public override bool KeepsChildren(OperationRecord operation) => operation.State is ContextState { ReplayChildren: true };

    public override bool MayFollowInBatch(OperationAction first, OperationAction second) =>
        first == OperationAction.Start && second is OperationAction.Succeed or OperationAction.Fail;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads) => operation with
    {
        ContextDetails = new ContextDetails
        {
            ReplayChildren = KeepsChildren(record),
            Result = payloads.Text(record.Result),
            Error = payloads.Error(record.Error),
        },
    };

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads) => record.Type switch
    {
        "ContextStarted" => historyEvent with { ContextStartedDetails = new ContextStartedDetails() },
        "ContextSucceeded" => historyEvent with { ContextSucceededDetails = new ContextSucceededDetails(payloads.EventPayload(record.Payload)) },
        "ContextFailed" => historyEvent with { ContextFailedDetails = new ContextFailedDetails(payloads.EventError(record.Error)) },
        _ => throw UnknownEvent(record.Type),
    };

    public override void WriteState(Utf8JsonWriter json, KindState state) => json.WriteBoolean("r", ((ContextState)state).ReplayChildren);

    public override KindState ReadState(JsonElement json) => new ContextState(json.GetProperty("r").GetBoolean());

    private static readonly ContextState ReplayChildren = new(true);

    private sealed record ContextState(bool ReplayChildren) : KindState;
}
