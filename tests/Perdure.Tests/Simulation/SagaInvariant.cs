using Perdure.Replay;

namespace Perdure.Tests.Simulation;

/// <summary>Each saga compensates exactly what it must. Checked on every simulated run, from the record and the book of effects.</summary>
/// <remarks>
/// An effect that happened is in a saga that succeeded, or was compensated at least once. A saga that succeeded compensates nothing. One that did
/// not has one compensation per action on record, in reverse order, and each of its cleanups once. None is left open, unless a context around it is over.
/// </remarks>
internal static class SagaInvariant
{
    /// <summary>Saga actions are named so, which tells them from the saga's other steps.</summary>
    public const string Action = "do-";

    /// <summary>A compensation of an action with this in its name never works.</summary>
    public const string Unfixable = "!unfixable";

    /// <summary>In the name of a saga whose actions run one after the other.</summary>
    public const string InTurn = "!in-turn";

    private const string KeyPurpose = "saga";

    public static string KeyOf(IDurableContext saga) => saga.GetIdempotencyKey(KeyPurpose);

    public static void Require(IReadOnlyList<Operation> operations, SimLedger ledger, string arn, string where)
    {
        var byId = operations.ToDictionary(operation => operation.Id);
        var children = operations.ToLookup(operation => operation.ParentId);
        var sagas = operations.Where(operation => operation.SubType == OperationSubTypes.Saga)
            .ToDictionary(saga => OperationIds.IdempotencyKey(arn, saga.Id, KeyPurpose));
        foreach (var saga in sagas.Values) RequireRecord(saga, [.. children[saga.Id].OrderBy(operation => operation.Sequence!.Started)], byId, where);

        var actions = operations.ToDictionary(operation => OperationIds.IdempotencyKey(arn, operation.Id, ""));
        var effects = ledger.Effects;
        var undone = effects.Where(effect => effect.Deed == SagaDeed.Undid).Select(effect => effect.Action).ToHashSet();
        foreach (var effect in effects)
        {
            Assert.True(sagas.TryGetValue(effect.Saga, out var saga), $"{where}: a saga had an effect and is not on record");
            Assert.True(actions.TryGetValue(effect.Action, out var action), $"{where}: an action of {saga!.Name} ({saga.Status}) had an effect and is not on record");
            if (saga.Status == OperationStatus.Succeeded) Assert.True(effect.Deed == SagaDeed.Did, $"{where}: {saga.Name} succeeded and {action!.Name} was compensated");
            else if (saga.Status == OperationStatus.Failed && !action!.Name!.Contains(Unfixable, StringComparison.Ordinal))
                Assert.True(undone.Contains(effect.Action), $"{where}: {saga.Name} failed and {action.Name} was not compensated");
        }
    }

    private static void RequireRecord(Operation saga, List<Operation> inside, Dictionary<string, Operation> byId, string where)
    {
        var undone = inside.Where(operation => operation.SubType == OperationSubTypes.Compensation).ToList();
        var cleanups = inside.Where(operation => operation.SubType == OperationSubTypes.Cleanup).ToList();
        if (saga.EndTimestamp is null)
        {
            Assert.True(HasFinishedAncestor(saga, byId), $"{where}: {saga.Name} is neither done nor undone");
            return;
        }

        if (saga.Name!.Contains("!cleans", StringComparison.Ordinal))
            Assert.True(cleanups is [{ Status: OperationStatus.Succeeded }], $"{where}: {saga.Name} cleaned up {cleanups.Count} times");
        if (saga.Status == OperationStatus.Succeeded)
        {
            Assert.True(undone.Count == 0, $"{where}: {saga.Name} succeeded and was compensated");
            return;
        }

        var actions = inside.Where(operation => operation.SubType == OperationSubTypes.Step && operation.Name!.StartsWith(Action, StringComparison.Ordinal));
        var expected = actions.Reverse().Select(operation => $"{operation.Name}:compensate").ToList();
        var actual = undone.Select(operation => operation.Name!).Where(name => name.StartsWith(Action, StringComparison.Ordinal)).ToList();
        if (!saga.Name.Contains(InTurn, StringComparison.Ordinal))
        {
            expected.Sort(StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
        }

        Assert.True(expected.SequenceEqual(actual), $"{where}: {saga.Name} compensated {string.Join(" ", actual)}, expected {string.Join(" ", expected)}");
        foreach (var compensation in undone)
        {
            var works = !compensation.Name!.Contains(Unfixable, StringComparison.Ordinal);
            Assert.True(compensation.Status == (works ? OperationStatus.Succeeded : OperationStatus.Failed), $"{where}: {compensation.Name} ended {compensation.Status}");
        }
    }

    private static bool HasFinishedAncestor(Operation operation, Dictionary<string, Operation> byId)
    {
        for (var parent = operation.ParentId; parent is not null; parent = byId[parent].ParentId)
        {
            if (byId[parent].EndTimestamp is not null) return true;
        }

        return false;
    }
}
