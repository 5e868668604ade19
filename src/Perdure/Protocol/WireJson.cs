using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Protocol;

/// <summary>The JSON of the service's API: absent members are left out, and instants are numbers.</summary>
/// <remarks>Not the invocation's envelope, where instants are whole milliseconds.</remarks>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(EpochSeconds)])]
[JsonSerializable(typeof(HistoryEvent))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>Seconds since 1970, milliseconds as a fraction: <c>1767356934.93</c>.</summary>
internal sealed class EpochSeconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(reader.GetDecimal() * 1000));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds() / 1000m);
}
