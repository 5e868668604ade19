using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Protocol;

/// <summary>What the service's API sends and takes, as JSON: instants in seconds, statuses and actions in the wire's words, nothing for what is absent.</summary>
/// <remarks>Every kind's members come along with the types they are members of. Members that a reader does not know it ignores.</remarks>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(EpochSeconds), typeof(OperationStatusWord), typeof(OperationActionWord)])]
[JsonSerializable(typeof(OperationUpdate))]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(HistoryEvent))]
[JsonSerializable(typeof(ErrorObject))]
internal sealed partial class ServiceJson : JsonSerializerContext;

/// <summary>Instants as the API has them: seconds since 1970, with milliseconds after the point. Texts break other SDKs.</summary>
internal sealed class EpochSeconds : JsonConverter<DateTimeOffset>
{
    public static decimal Of(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000m;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var seconds) && seconds is >= -62_135_596_800 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : throw new JsonException("An instant is a number of seconds since 1970.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteNumberValue(Of(value));
}

internal sealed class OperationStatusWord : JsonConverter<OperationStatus>
{
    public override OperationStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => WireNames.Status(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, OperationStatus value, JsonSerializerOptions options) => writer.WriteStringValue(WireNames.Of(value));
}

internal sealed class OperationActionWord : JsonConverter<OperationAction>
{
    public override OperationAction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => WireNames.Action(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, OperationAction value, JsonSerializerOptions options) => writer.WriteStringValue(WireNames.Of(value));
}
