namespace Perdure.Replay;

/// <summary>What the code asks for at a position.</summary>
internal readonly record struct OperationRequest(string Id, string Position, string Type, string SubType, string? Name)
{
    public override string ToString() => Describe(SubType, Name);

    public static string Describe(string kind, string? name) => name is null ? $"an unnamed {kind}" : $"{kind} '{name}'";
}

/// <summary>Refuses to go on when the code asks for something else than what is recorded: any guess could repeat or skip an effect.</summary>
internal static class DeterminismCheck
{
    public static void Require(Operation recorded, OperationRequest asked, string arn)
    {
        if (recorded.Type == asked.Type && recorded.SubType == asked.SubType && recorded.Name == asked.Name) return;
        throw new NonDeterministicExecutionException(
            $"The code of {arn} no longer matches its record. At position {asked.Position} (operation {asked.Id}) the record has " +
            $"{OperationRequest.Describe(recorded.SubType ?? recorded.Type, recorded.Name)}, the code asked for {asked}. " +
            "Restore the order, names and kinds of the operations that were there when the execution started, or let it finish on the version it began with. [PDR0101]");
    }

    /// <param name="recorded">The operation.</param>
    /// <param name="arn">The execution.</param>
    /// <param name="end">How the code ended without asking for it; null when it goes on. An error on the way is most likely the reason.</param>
    public static NonDeterministicExecutionException NeverAsked(Operation recorded, string arn, InvocationOutcome? end) => new(
        $"The code of {arn} no longer matches its record. The record has {OperationRequest.Describe(recorded.SubType ?? recorded.Type, recorded.Name)} " +
        $"(operation {recorded.Id}{(recorded.ParentId is null ? "" : $" in context {recorded.ParentId}")}, started {recorded.StartTimestamp:O}), " +
        $"but the code never asked for it{(end is InvocationOutcome.Failed { Error: var error } ? $": it threw {error.ErrorType}: {error.ErrorMessage}" : "")}. An operation was removed, reordered or made conditional on something that differs in this run. [PDR0101]");
}
