using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Perdure.Conformance.Matching;

/// <summary>Two events next to each other, for people.</summary>
internal static class SideBySide
{
    private const int Column = 78;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonElement expected, JsonElement? actual)
    {
        var left = Lines(JsonSerializer.SerializeToNode(expected));
        var right = actual is { } found ? Lines(InOrderOf(expected, found)) : ["(none)"];
        var text = new StringBuilder();
        text.Append("expected".PadRight(Column)).AppendLine(" | actual");
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
            text.Append(Cut(left.ElementAtOrDefault(i) ?? "").PadRight(Column)).Append(" | ").AppendLine(Cut(right.ElementAtOrDefault(i) ?? ""));
        return text.ToString();
    }

    /// <summary>What is expected comes first, in its order: equal members stand in equal lines.</summary>
    private static JsonNode? InOrderOf(JsonElement? expected, JsonElement actual)
    {
        if (expected is not { ValueKind: JsonValueKind.Object } wanted || actual.ValueKind != JsonValueKind.Object) return JsonSerializer.SerializeToNode(actual);
        var ordered = new JsonObject();
        foreach (var member in wanted.EnumerateObject())
        {
            if (actual.TryGetProperty(member.Name, out var value)) ordered[member.Name] = InOrderOf(member.Value, value);
        }

        foreach (var member in actual.EnumerateObject().Where(member => !ordered.ContainsKey(member.Name))) ordered[member.Name] = JsonSerializer.SerializeToNode(member.Value);
        return ordered;
    }

    private static IReadOnlyList<string> Lines(JsonNode? value) => JsonSerializer.Serialize(value, Indented).Split('\n');

    private static string Cut(string line) => line.Length <= Column ? line : line[..(Column - 3)] + "...";
}
