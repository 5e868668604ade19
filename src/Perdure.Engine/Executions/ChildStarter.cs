using System.Collections.ObjectModel;
using Perdure.Engine.Invocation;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>Finds the functions that a batch wants to call, and makes the changes that start them with it.</summary>
internal static class ChildStarter
{
    /// <summary>The targets that exist or are refused, by operation. Keys and names are made here: the rules only pass them on.</summary>
    public static IReadOnlyDictionary<string, InvokeTarget> Find(IReadOnlyList<UpdateInput> updates, FunctionRegistry functions, Func<string, bool> mayStart, Facts facts)
    {
        Dictionary<string, InvokeTarget>? targets = null;
        foreach (var (update, _, _) in updates)
        {
            if (OperationKinds.Find(update.Type)?.TargetOf(update) is { } call && Resolve(call, functions, mayStart, facts) is { } target) (targets ??= [])[update.Id] = target;
        }

        return targets is null ? ReadOnlyDictionary<string, InvokeTarget>.Empty : targets;
    }

    private static InvokeTarget? Resolve(InvokeCall call, FunctionRegistry functions, Func<string, bool> mayStart, Facts facts)
    {
        if (!FunctionTarget.TryParse(call.FunctionName, out var named)) return null;

        // Before it is looked up: whoever may not start it does not learn whether there is one.
        if (!mayStart(named.Name))
            return InvokeTarget.Refused("AccessDeniedException", $"Not authorized to invoke the function '{named.Name}': the credential that records this call is not good for it.");
        if (functions.Find(named) is not { } function) return null;
        if (named.IsUnqualifiedArn && function is { IsDurable: true, AnswersToAnyAddress: false })
            return InvokeTarget.Refused("InvalidParameterValueException", "You cannot invoke a durable function using an unqualified ARN.");
        if (function.TenantProblem(call.TenantId) is { } problem) return InvokeTarget.Refused("InvalidParameterValueException", problem);
        var identity = new ExecutionIdentity(facts.Ids.NextKey(facts.Now), function.Name, function.Version, facts.Ids.NextUuid(), facts.Now)
        {
            IsHidden = !function.IsDurable,
        };
        return new InvokeTarget(
            function.Version, function.IsDurable ? ExecutionArn.Of(identity) : null,
            new ChildPlan(identity, function.ExecutionTimeoutSeconds, function.RetentionDays, call.TenantId));
    }

    /// <summary>The new execution's first entry, by the same rules as any start; its input is copied from its caller's entry.</summary>
    public static async Task<ExecutionChange> ChangeAsync(ChildStart child, ReadOnlyMemory<byte> callerPayload, Facts facts, EngineCore core)
    {
        var (plan, caller, input) = child;
        var state = new ExecutionState(plan.Identity);
        var payloads = new PayloadWriter(1);
        if (input is { } slice) await AddInputAsync(payloads, callerPayload.Slice(slice.Offset, slice.Length), plan, caller, core.Payloads).ConfigureAwait(false);
        else payloads.Add("{}"u8); // a call without a payload: no input at all makes some handlers refuse to start
        var settings = new ExecutionSettings(plan.TimeoutSeconds, plan.RetentionDays, caller) { TenantId = plan.TenantId };
        var decision = ExecutionMachine.Apply(state, new Command.Start(settings, Begin: null), facts, payloads);
        return new ExecutionChange
        {
            Key = plan.Identity.Key,
            ExpectedVersion = 0,
            Entry = EntryJson.Write(decision.Changes!), // a start always changes something
            Payload = decision.Payload,
            Insert = plan.Identity,
            Row = decision.Row,
        };
    }

    /// <summary>A stored input becomes the new execution's own: it must be there for as long as that execution, not as its caller.</summary>
    private static async Task AddInputAsync(PayloadWriter payloads, ReadOnlyMemory<byte> input, ChildPlan plan, ExecutionCaller caller, PayloadOffloader? stored)
    {
        if (stored is null)
        {
            payloads.Add(input.Span);
            return;
        }

        payloads.Add(await stored.HandOverAsync(
            StrictText.Text(input.Span),
            new PayloadOwner(ExecutionArn.IdOf(new ExecutionKey(caller.ExecutionKey)), caller.OperationId),
            PayloadOwner.Execution(ExecutionArn.IdOf(plan.Identity.Key)),
            CancellationToken.None).ConfigureAwait(false));
    }
}
