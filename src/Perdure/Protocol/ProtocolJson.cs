using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Protocol;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorObject))]
internal sealed partial class ProtocolJson : JsonSerializerContext
{
    public static byte[] Bytes(ErrorObject error) => JsonSerializer.SerializeToUtf8Bytes(error, Default.ErrorObject);

    public static string Text(ErrorObject error) => JsonSerializer.Serialize(error, Default.ErrorObject);

    public static ErrorObject Error(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, Default.ErrorObject) ?? new ErrorObject();
}
