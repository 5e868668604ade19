using System.Text.RegularExpressions;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>The rules about a batch of updates that hold for every kind. The texts are the wire's.</summary>
internal static partial class CheckpointBatch
{
    /// <summary>Everything that can be said before any update is applied.</summary>
    public static void Validate(IReadOnlyList<UpdateInput> updates, EngineRules rules)
    {
        var seen = new Dictionary<string, OperationUpdate?>(); // null when no further update may follow
        for (var i = 0; i < updates.Count; i++)
        {
            var (update, payload, error) = updates[i];
            ValidateFields(update, payload, error, rules);
            if (update.Type == OperationTypes.Execution)
            {
                if (updates.Skip(i + 1).Any(later => later.Update.Type == OperationTypes.Execution))
                    throw new InvalidTransitionException("Cannot checkpoint multiple EXECUTION updates.");
                if (i != updates.Count - 1) throw new InvalidTransitionException("EXECUTION checkpoint must be the last update.");
            }
            else if (!seen.TryAdd(update.Id, update))
            {
                if (seen[update.Id] is not { } first || first.Type != update.Type || OperationKinds.Find(update.Type) is not { } kind
                    || !kind.MayFollowInBatch(first.Action, update.Action))
                {
                    throw new InvalidTransitionException("Cannot update the same operation twice in a single request.");
                }

                seen[update.Id] = null;
            }
        }
    }

    private static void ValidateFields(OperationUpdate update, PayloadSlice? payload, PayloadSlice? error, EngineRules rules)
    {
        if (!IdPattern().IsMatch(update.Id)) throw new InvalidTransitionException("Invalid operation id.");
        if (update.Name is { } name && !NamePattern().IsMatch(name))
            throw new InvalidTransitionException($"Invalid operation name '{name}': 1 to 256 printable ASCII characters are allowed.");
        if (update.SubType is { } subType && !SubTypePattern().IsMatch(subType))
            throw new InvalidTransitionException($"Invalid operation subtype '{subType}': 1 to 32 characters of [a-zA-Z0-9-_] are allowed.");
        if (update.Action == OperationAction.Succeed && error is not null)
            throw new InvalidTransitionException("Cannot provide an Error for SUCCEED action.");
        if (update.Action == OperationAction.Fail && payload is not null)
            throw new InvalidTransitionException("Cannot provide a Payload for FAIL action.");

        var (what, limit) = update.Type == OperationTypes.Execution
            ? ("Execution output", rules.MaxResultBytes)
            : (update.Type, rules.MaxPayloadBytes);
        if (payload?.Length > limit)
            throw new InvalidTransitionException($"{what} payload size must be less than or equal to {limit} bytes.");
        if (error?.Length >= rules.MaxErrorBytes)
            throw new InvalidTransitionException($"Error object size must be less than {rules.MaxErrorBytes} bytes.");
    }

    public static void Apply(EntryBuilder builder, UpdateInput input, IReadOnlyDictionary<string, InvokeTarget> targets)
    {
        var update = input.Update;
        var kind = OperationKinds.Find(update.Type) ?? throw new InvalidTransitionException("Invalid operation type.");
        if (builder.IsTerminal) throw new InvalidTransitionException("Invalid EXECUTION action.");
        if (kind == OperationKinds.Execution)
        {
            // Its own id is made up by the handler: the update is always about this execution.
            builder.Apply(kind.Apply(update, builder.Execution, builder.Context(input.Payload, input.Error)));
            return;
        }

        var current = builder.Find(update.Id);
        RequireConsistency(update, current);
        RequireParent(builder, update);
        builder.Apply(kind.Apply(update, current, builder.Context(input.Payload, input.Error, update.Id, targets.GetValueOrDefault(update.Id))));
    }

    private static void RequireConsistency(OperationUpdate update, OperationRecord? current)
    {
        if (current is null) return;
        if (current.Kind.Type != update.Type) throw new InvalidTransitionException("Inconsistent operation type.");
        if (update.SubType is not null && current.SubType != update.SubType) throw new InvalidTransitionException("Inconsistent operation subtype.");
        if (update.Name is not null && current.Name != update.Name) throw new InvalidTransitionException("Inconsistent operation name.");
        if (current.ParentId != update.ParentId) throw new InvalidTransitionException("Inconsistent parent operation id.");
    }

    private static void RequireParent(EntryBuilder builder, OperationUpdate update)
    {
        if (update.ParentId is not { } parent) return;
        if (builder.Find(parent) is not { } context || !context.Kind.CanHaveChildren)
            throw new InvalidTransitionException("Invalid parent operation id.");
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9\-_]{1,64}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A[\x20-\x7E]{1,256}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9\-_]{1,32}\z")]
    private static partial Regex SubTypePattern();
}
