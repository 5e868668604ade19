using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Perdure.Conformance.Matching;

/// <summary>What the names of one run stand for: its variables, and what was bound while matching.</summary>
internal sealed partial class Bindings
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Dictionary<string, JsonElement> _values;

    public Bindings() => _values = [];

    public Bindings(Bindings other) => _values = new Dictionary<string, JsonElement>(other._values);

    /// <summary>The variables of a requirement: a literal, or <c>${GEN_STR:n}</c>, n random lower-case letters and digits.</summary>
    public static Bindings OfVariables(IReadOnlyDictionary<string, string> variables)
    {
        var bindings = new Bindings();
        foreach (var (name, value) in variables)
        {
            var text = Generated().Match(value) is { Success: true } generated
                ? RandomNumberGenerator.GetString(Alphabet, int.Parse(generated.Groups["length"].Value, System.Globalization.CultureInfo.InvariantCulture))
                : value;
            bindings._values[name] = JsonSerializer.SerializeToElement(text);
        }

        return bindings;
    }

    /// <summary>The name of a text that is one name as a whole, such as <c>${ID1}</c>.</summary>
    public static string? WholeName(string text) => Whole().Match(text) is { Success: true } match ? match.Groups["name"].Value : null;

    public JsonElement? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    public void Bind(string name, JsonElement value) => _values.Add(name, value);

    /// <summary>A text with its known names put in; a name that is not bound stays as it is.</summary>
    public string Substitute(string text) => Name().Replace(text, match => Find(match.Groups["name"].Value) is { } value ? Text(value) : match.Value);

    /// <summary>A value with its known names put in. A text that is one name as a whole becomes what that is bound to, of whatever type.</summary>
    public JsonElement Substitute(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && WholeName(value.GetString() ?? "") is { } name && Find(name) is { } bound) return bound;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, value);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>A value as text, as a regular expression sees it.</summary>
    public static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText();

    private void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Substitute(value.GetString() ?? ""));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A\$\{GEN_STR:(?<length>[0-9]+)\}\z")]
    private static partial Regex Generated();
}
