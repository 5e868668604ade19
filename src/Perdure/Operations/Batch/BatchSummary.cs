using System.Text.Json;
using System.Text.Json.Serialization;
using Perdure.Protocol;

namespace Perdure.Operations.Batch;

/// <summary>What the record shows of a batch whose result is too large to store. Nothing is ever read back from it.</summary>
internal static class BatchSummary
{
    public static string Of(IBatchResult result, string subType, Func<IBatchResult, string>? generator)
    {
        if (generator is null) return Counts(result, subType);
        try
        {
            // A summary is for looking at: one that cannot be made or stored must not cost the result.
            return generator(result) is { } summary && StrictText.ByteCount(summary) <= PerdureLimits.InlinePayloadBytes ? summary : Counts(result, subType);
        }
        catch (Exception)
        {
            return Counts(result, subType);
        }
    }

    private static string Counts(IBatchResult result, string subType) => JsonSerializer.Serialize(
        new BatchCounts(
            $"{subType}Result", result.TotalCount, result.SuccessCount, result.FailureCount, result.StartedCount, result.CompletionReason, result.Status),
        BatchSummaryJson.Default.BatchCounts);
}

internal sealed record BatchCounts(
    string Type, int TotalCount, int SuccessCount, int FailureCount, int StartedCount, CompletionReason CompletionReason, BatchItemStatus Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BatchCounts))]
internal sealed partial class BatchSummaryJson : JsonSerializerContext;
