using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Protocol;

/// <summary>What crosses between the service and a function elsewhere, as JSON: the envelope of an invocation, and what the function answers.</summary>
/// <remarks>Like the API's words, but instants are whole milliseconds since 1970: every SDK reads them so here, and only here.</remarks>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(EpochMilliseconds), typeof(OperationStatusWord), typeof(InvocationStatusWord)])]
[JsonSerializable(typeof(DurableExecutionInvocationInput))]
[JsonSerializable(typeof(DurableExecutionInvocationOutput))]
internal sealed partial class EnvelopeJson : JsonSerializerContext;

/// <summary>Instants in an envelope: whole milliseconds since 1970.</summary>
internal sealed class EpochMilliseconds : JsonConverter<DateTimeOffset>
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var milliseconds) && milliseconds >= First && milliseconds <= Last
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : throw new JsonException("An instant in an envelope is a number of milliseconds since 1970.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}

internal sealed class InvocationStatusWord : JsonConverter<InvocationStatus>
{
    public override InvocationStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
        {
            "SUCCEEDED" => InvocationStatus.Succeeded,
            "FAILED" => InvocationStatus.Failed,
            "PENDING" => InvocationStatus.Pending,
            _ => throw new JsonException("Invalid Status in invocation output."),
        };

    public override void Write(Utf8JsonWriter writer, InvocationStatus value, JsonSerializerOptions options) => writer.WriteStringValue(value switch
    {
        InvocationStatus.Succeeded => "SUCCEEDED",
        InvocationStatus.Failed => "FAILED",
        InvocationStatus.Pending => "PENDING",
        _ => throw new JsonException($"Unknown invocation status {value}."),
    });
}
