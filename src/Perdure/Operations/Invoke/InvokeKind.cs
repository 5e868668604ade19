using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations.Invoke;

/// <summary>The rules of CHAINED_INVOKE: the target is started with the START, in the same transaction, and ends it.</summary>
internal sealed class InvokeKind : OperationKind
{
    public override string Type => OperationTypes.ChainedInvoke;

    public override InvokeCall? TargetOf(OperationUpdate update) =>
        update is { Action: OperationAction.Start, ChainedInvokeOptions: { } options } ? new InvokeCall(options.FunctionName, options.TenantId) : null;

    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (update.Action != OperationAction.Start) throw InvalidAction();
        if (current is not null) throw new InvalidTransitionException("Cannot start a CHAINED_INVOKE that already exist.");
        if (update.ChainedInvokeOptions is not { } options)
            throw new InvalidTransitionException("Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.");
        if (options.FunctionName.Length is 0 or > PerdureLimits.MaxInvokedName)
            throw new InvalidTransitionException($"ChainedInvokeOptions.FunctionName has {options.FunctionName.Length} characters; it must have 1 to {PerdureLimits.MaxInvokedName}.");

        var operation = OperationRecord.Open(this, update, context.Now);
        if (context.Target is not { Refusal: null } target)
        {
            // Known to the caller as a failed call, not as a refused checkpoint: the code can catch it.
            var error = context.Record(
                context.Target?.Refusal ?? new ErrorObject { ErrorType = "ResourceNotFoundException", ErrorMessage = $"Function not found: {options.FunctionName}" });
            return new Transition(
                operation with { Status = OperationStatus.Failed, EndedAt = context.Now, Error = error },
                Started(options, context.Payload, null, null),
                new EventRecord("ChainedInvokeFailed") { Error = error });
        }

        context.StartChild(target, update.Id, context.Payload);
        return new Transition(operation, Started(options, context.Payload, target.Version, target.Arn));
    }

    private static EventRecord Started(ChainedInvokeOptions options, PayloadSlice? input, string? version, string? arn) => new("ChainedInvokeStarted")
    {
        Payload = input,
        Facts = new InvokeFacts(options.FunctionName, options.TenantId, version, arn),
    };

    public override Transition Complete(OperationRecord operation, OperationStatus outcome, TransitionContext context)
    {
        if (!operation.IsOpen) throw new CallbackClosedException("The call has already ended.");
        var error = outcome == OperationStatus.TimedOut
            ? context.Record(new ErrorObject { ErrorType = "ChainedInvoke.Timeout", ErrorMessage = $"CHAINED_INVOKE timed out after {context.TimeoutSeconds} seconds." })
            : context.Error;
        var ended = operation with { Status = outcome, EndedAt = context.Now, Result = context.Payload, Error = error };
        return outcome switch
        {
            OperationStatus.Succeeded => new Transition(ended, new EventRecord("ChainedInvokeSucceeded") { Payload = context.Payload }),
            OperationStatus.Failed => new Transition(ended, new EventRecord("ChainedInvokeFailed") { Error = error }),
            OperationStatus.TimedOut => new Transition(ended, new EventRecord("ChainedInvokeTimedOut") { Error = error }),
            OperationStatus.Stopped => new Transition(ended, new EventRecord("ChainedInvokeStopped") { Error = error }),
            _ => throw InvalidAction(),
        };
    }

    public override bool CanWake(OperationRecord operation) => operation.IsOpen;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads) => operation with
    {
        ChainedInvokeDetails = new ChainedInvokeDetails { Result = payloads.Text(record.Result), Error = payloads.Error(record.Error) },
    };

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads)
    {
        switch (record.Type)
        {
            case "ChainedInvokeStarted":
                var facts = (InvokeFacts)record.Facts!; // written by Started
                return historyEvent with
                {
                    ChainedInvokeStartedDetails = new ChainedInvokeStartedDetails(
                        facts.FunctionName, facts.TenantId, payloads.EventPayload(record.Payload), facts.Version, facts.Arn),
                };
            case "ChainedInvokeSucceeded":
                return historyEvent with { ChainedInvokeSucceededDetails = new ChainedInvokeSucceededDetails(payloads.EventPayload(record.Payload)) };
            case "ChainedInvokeFailed":
                return historyEvent with { ChainedInvokeFailedDetails = new ChainedInvokeFailedDetails(payloads.EventError(record.Error)) };
            case "ChainedInvokeTimedOut":
                return historyEvent with { ChainedInvokeTimedOutDetails = new ChainedInvokeTimedOutDetails(payloads.EventError(record.Error)) };
            case "ChainedInvokeStopped":
                return historyEvent with { ChainedInvokeStoppedDetails = new ChainedInvokeStoppedDetails(payloads.EventError(record.Error)) };
            default:
                throw UnknownEvent(record.Type);
        }
    }

    public override EventFacts ReadFacts(JsonElement json) => new InvokeFacts(
        json.GetProperty("f").GetString()!, // always written
        json.Text("t"), json.Text("v"), json.Text("a"));

    private sealed record InvokeFacts(string FunctionName, string? TenantId, string? Version, string? Arn) : EventFacts
    {
        public override void Write(Utf8JsonWriter json)
        {
            json.WriteString("f", FunctionName);
            if (TenantId is not null) json.WriteString("t", TenantId);
            if (Version is not null) json.WriteString("v", Version);
            if (Arn is not null) json.WriteString("a", Arn);
        }
    }
}
