using System.Text.Json;

namespace Perdure.Conformance.Handlers;

/// <summary>What a map or a parallel came to, in the members that the requirements name.</summary>
internal sealed record BatchOutcome(string CompletionReason, string Status, int SuccessCount, int FailureCount, int TotalCount)
{
    public static BatchOutcome Of(IBatchResult result) =>
        new(NameOf(result.CompletionReason), Word(result.Status), result.SuccessCount, result.FailureCount, result.TotalCount);

    /// <summary>In the words of the wire, such as <c>MIN_SUCCESSFUL_REACHED</c>.</summary>
    public static string NameOf(CompletionReason reason) => Word(reason);

    private static string Word(Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}

/// <summary>The same without the status.</summary>
internal sealed record BatchCounts(string CompletionReason, int SuccessCount, int FailureCount, int TotalCount)
{
    public static BatchCounts Of(IBatchResult result) =>
        new(BatchOutcome.NameOf(result.CompletionReason), result.SuccessCount, result.FailureCount, result.TotalCount);
}
