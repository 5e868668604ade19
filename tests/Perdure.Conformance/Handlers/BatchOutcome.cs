namespace Perdure.Conformance.Handlers;

/// <summary>What a map or a parallel came to, in the members that the requirements name.</summary>
internal sealed record BatchOutcome(string CompletionReason, string Status, int SuccessCount, int FailureCount, int TotalCount)
{
    public static BatchOutcome Of(IBatchResult result) =>
        new(WireWord.Of(result.CompletionReason), WireWord.Of(result.Status), result.SuccessCount, result.FailureCount, result.TotalCount);
}

/// <summary>The same without the status.</summary>
internal sealed record BatchCounts(string CompletionReason, int SuccessCount, int FailureCount, int TotalCount)
{
    public static BatchCounts Of(IBatchResult result) =>
        new(WireWord.Of(result.CompletionReason), result.SuccessCount, result.FailureCount, result.TotalCount);
}
