using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Perdure.Conformance.Requirements;

/// <summary>JSON as the suite's own runner sends it, with a space after commas and colons: what is recorded is compared to the last byte.</summary>
internal static class SpacedJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendAll(text, '{', value.EnumerateObject(), '}', member =>
                {
                    text.Append(JsonSerializer.Serialize(member.Name, Plain)).Append(": ");
                    Append(text, member.Value);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(text, '[', value.EnumerateArray(), ']', item => Append(text, item));
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(value.GetString(), Plain));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> parts, char close, Action<T> append)
    {
        text.Append(open);
        var separator = "";
        foreach (var part in parts)
        {
            text.Append(separator);
            append(part);
            separator = ", ";
        }

        text.Append(close);
    }
}
