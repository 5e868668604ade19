using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Operations.Batch;

/// <summary>The recorded form of a whole batch: status and text of each item, as the item's own serializer wrote it.</summary>
internal sealed partial class BatchSerializer<T>(IDurableSerializer items) : IDurableSerializer
{
    public string Serialize<TValue>(TValue value, DurableSerializationContext context)
    {
        var result = (IBatchResult<T>)value!; // only given to operations of this type
        return JsonSerializer.Serialize(
            new BatchRecord(
                [.. result.All.Select(item => new BatchItemRecord(
                    item.Index, item.Name, item.Status,
                    item.Status == BatchItemStatus.Succeeded ? items.Serialize(item.Result!, ItemContext(context, item.Index)) : null,
                    item.Error is null ? null : new BatchErrorRecord(ErrorObject.FromException(item.Error), (item.Error as ChildContextException)?.SubType)))],
                result.CompletionReason),
            BatchJson.Default.BatchRecord);
    }

    public TValue Deserialize<TValue>(string payload, DurableSerializationContext context)
    {
        var record = JsonSerializer.Deserialize(payload, BatchJson.Default.BatchRecord) ?? throw new JsonException("The batch's record is null.");
        IBatchResult<T> result = new BatchResult<T>(
            [.. record.All.Select(item => new BatchItem<T>(
                item.Index, item.Name, item.Status,
                item.Result is null ? default : items.Deserialize<T>(item.Result, ItemContext(context, item.Index)),
                item.Error is null ? null : RecordedFailure.Rebuild(item.Error.Error, item.Error.SubType)))],
            record.CompletionReason);
        return (TValue)result;
    }

    private static DurableSerializationContext ItemContext(DurableSerializationContext context, int index) => context with { EntityId = $"{context.EntityId}#{index}" };
}

internal sealed record BatchRecord(BatchItemRecord[] All, CompletionReason CompletionReason);

internal sealed record BatchItemRecord(int Index, string? Name, BatchItemStatus Status, string? Result, BatchErrorRecord? Error);

internal sealed record BatchErrorRecord(ErrorObject Error, string? SubType);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BatchRecord))]
internal sealed partial class BatchJson : JsonSerializerContext;
