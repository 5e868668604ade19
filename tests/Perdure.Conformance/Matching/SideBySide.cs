using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Perdure.Conformance.Matching;

/// <summary>Two events next to each other, for people.</summary>
internal static class SideBySide
{
    private const int Column = 78;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonElement expected, JsonElement? actual)
    {
        var left = Lines(expected);
        var right = actual is { } found ? Lines(found) : ["(none)"];
        var text = new StringBuilder();
        text.Append("expected".PadRight(Column)).AppendLine(" | actual");
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
            text.Append(Cut(left.ElementAtOrDefault(i) ?? "").PadRight(Column)).Append(" | ").AppendLine(Cut(right.ElementAtOrDefault(i) ?? ""));
        return text.ToString();
    }

    private static IReadOnlyList<string> Lines(JsonElement value) => JsonSerializer.Serialize(value, Indented).Split('\n');

    private static string Cut(string line) => line.Length <= Column ? line : line[..(Column - 3)] + "...";
}
