namespace Perdure.Conformance.Handlers.Map;

/// <summary>A map whose items all succeeded, written as <c>OPSERDE:</c> and their results with commas between.</summary>
internal sealed class JoinedResults(IReadOnlyList<string> results) : IBatchResult<string>
{
    private const string Prefix = "OPSERDE:";

    public static TextSerializer<IBatchResult<string>> Serializer { get; } = new(
        result => Prefix + string.Join(',', result.GetResults()), text => new JoinedResults(text[Prefix.Length..].Split(',')));

    public IReadOnlyList<IBatchItem<string>> All { get; } = [.. results.Select((result, index) => new Item(index, result))];

    public IReadOnlyList<IBatchItem<string>> Succeeded => All;

    public IReadOnlyList<IBatchItem<string>> Failed => [];

    public IReadOnlyList<IBatchItem<string>> Started => [];

    public CompletionReason CompletionReason => CompletionReason.AllCompleted;

    public BatchItemStatus Status => BatchItemStatus.Succeeded;

    public bool HasFailure => false;

    public int SuccessCount => results.Count;

    public int FailureCount => 0;

    public int StartedCount => 0;

    public int TotalCount => results.Count;

    public IReadOnlyList<string> GetResults() => results;

    public IReadOnlyList<DurableExecutionException> GetErrors() => [];

    public void ThrowIfError()
    {
    }

    private sealed record Item(int Index, string? Result) : IBatchItem<string>
    {
        public string? Name => null;

        public BatchItemStatus Status => BatchItemStatus.Succeeded;

        public DurableExecutionException? Error => null;
    }
}
