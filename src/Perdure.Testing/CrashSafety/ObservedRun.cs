namespace Perdure.Testing;

/// <summary>What can be observed of one run: how it ended, its operations, and its effects.</summary>
/// <param name="Outcome">How it ended, in words.</param>
/// <param name="Operations">Its operations, by id.</param>
/// <param name="Effects">The keys of its effects.</param>
/// <param name="FaultAt">The commit at which something went wrong, in words; null when nothing did.</param>
internal sealed record ObservedRun(
    string Outcome, IReadOnlyDictionary<string, ObservedOperation> Operations, IReadOnlyList<string> Effects, string? FaultAt)
{
    public static ObservedRun Of<TOutput>(TestResult<TOutput> result, EffectLedger effects, string? faultAt) => new(
        result.ExecutionStatus switch
        {
            ExecutionStatus.Succeeded => $"succeeded with {result.ResultText ?? "no result"}",
            var status => $"ended {status} with {result.Error?.ErrorType}: {result.Error?.ErrorMessage}",
        },
        result.Steps.ToDictionary(static step => step.Id, ObservedOperation.Of),
        effects.Effects,
        faultAt);
}

/// <summary>What of an operation may not depend on a crash: not its times, not its place in the order.</summary>
internal sealed record ObservedOperation(string Description, int Attempt, string? Value)
{
    public static ObservedOperation Of(TestStep step) =>
        new(step.ToString(), step.Attempt, step.ResultText ?? (step.GetError() is { } error ? $"{error.ErrorType}: {error.ErrorMessage}" : null));

    public override string ToString() => $"{Description}{(Attempt > 1 ? $" in attempt {Attempt}" : "")}{(Value is null ? "" : $": {Value}")}";
}

/// <summary>Two undisturbed runs: what a disturbed one must equal, and what differs from run to run anyway.</summary>
internal sealed class UndisturbedRuns(ObservedRun first, ObservedRun second)
{
    /// <summary>Why nothing can be compared with them; null when it can.</summary>
    public string? Difference() => first.Operations.Keys.ToHashSet().SetEquals(second.Operations.Keys)
        ? first.Operations.Where(pair => pair.Value.Description != second.Operations[pair.Key].Description)
            .Select(pair => $"first {pair.Value}, then {second.Operations[pair.Key]}").FirstOrDefault()
        : $"first it had {first.Operations.Count} operations, then {second.Operations.Count}, or others";

    /// <summary>The first thing that a crash changed; null when it changed nothing.</summary>
    public string? DifferenceOf(ObservedRun run, bool mayGiveUp) =>
        (mayGiveUp ? null : DifferenceOfOutcome(run) ?? DifferenceOfOperations(run)) ?? DifferenceOfEffects(run, mayGiveUp);

    private string? DifferenceOfOutcome(ObservedRun run) => first.Outcome != second.Outcome || run.Outcome == first.Outcome
        ? null
        : $"The execution {run.Outcome}; undisturbed it {first.Outcome}.";

    private string? DifferenceOfOperations(ObservedRun run)
    {
        foreach (var (id, expected) in first.Operations)
        {
            if (!run.Operations.TryGetValue(id, out var operation)) return $"There is no operation like {expected}.";
            var sameValue = expected.Value != second.Operations[id].Value || operation.Value == expected.Value;
            var sameAttempt = expected.Attempt != second.Operations[id].Attempt || operation.Attempt == expected.Attempt;
            if (operation.Description != expected.Description || !sameAttempt || !sameValue) return $"An operation is {operation}; undisturbed it is {expected}.";
        }

        return run.Operations.Where(pair => !first.Operations.ContainsKey(pair.Key)).Select(static pair => $"There is one operation more: {pair.Value}.").FirstOrDefault();
    }

    /// <summary>
    /// A key that both have must be there equally often. Keys that only one has are compared by number: a child that was started twice, or an
    /// id made anew for each run, has other keys for the same effects.
    /// </summary>
    private string? DifferenceOfEffects(ObservedRun run, bool mayBeFewer)
    {
        var expected = first.Effects.CountBy(static key => key).ToDictionary();
        var actual = run.Effects.CountBy(static key => key).ToDictionary();
        foreach (var (key, count) in actual)
        {
            if (!expected.TryGetValue(key, out var undisturbed)) continue;
            if (count > undisturbed) return $"The effect '{key}' happened {Times(count)}; undisturbed it happens {Times(undisturbed)}.";
            if (count < undisturbed && !mayBeFewer) return $"The effect '{key}' happened only {Times(count)}; undisturbed it happens {Times(undisturbed)}.";
        }

        if (run.Effects.Count > first.Effects.Count)
        {
            return $"There were {run.Effects.Count} effects; undisturbed there are {first.Effects.Count}. " +
                $"New: {string.Join(", ", actual.Keys.Except(expected.Keys))}. Is its key the same when the body runs again?";
        }

        return run.Effects.Count == first.Effects.Count || mayBeFewer
            ? null
            : $"There were only {run.Effects.Count} effects; undisturbed there are {first.Effects.Count}. Missing: {string.Join(", ", expected.Keys.Except(actual.Keys))}.";
    }

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";
}
