namespace Perdure.Conformance.Handlers.Map;

/// <summary>Suite 9: the same code over many items.</summary>
internal static class MapFunctions
{
    public static void AddTo(FunctionCatalogue catalogue)
    {
        Items.AddTo(catalogue);
        CompletionPolicies.AddTo(catalogue);
        ReplayedMaps.AddTo(catalogue);
    }

    /// <summary>An item that is returned in upper case, without an operation of its own.</summary>
    public static Task<string> UpperCaseAsync(IDurableContext context, string item, int index, IReadOnlyList<string> items, CancellationToken cancellationToken) =>
        Task.FromResult(item.ToUpperInvariant());

    /// <summary>An item that fails when it is <c>fail</c>, and is returned otherwise.</summary>
    public static Task<string> FailOrReturnAsync(IDurableContext context, string item, int index, IReadOnlyList<string> items, CancellationToken cancellationToken) =>
        item == "fail" ? throw new InvalidOperationException("The item failed.") : Task.FromResult(item);
}
