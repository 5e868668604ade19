using System.Text.Json;
using System.Text.RegularExpressions;

namespace Perdure.Conformance.Matching;

/// <summary>Compares one expected value with an actual one.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>{}</c> looks no further, <c>"*"</c> accepts anything, <c>null</c> included; the key must be there in both cases.</item>
/// <item><c>"${NAME}"</c> binds on first use and must be equal from then on; inside a longer text, names that are bound are put in.</item>
/// <item><c>"${/regex/}"</c> searches the value's text.</item>
/// <item>Of an object the expected members are compared, of an array all items; everything else is equal to the last byte: 2 is neither "2" nor 2.0 nor true.</item>
/// </list>
/// </remarks>
internal sealed partial class ValueMatcher(Bindings bindings)
{
    /// <returns>Where and why they differ; null when they do not.</returns>
    public string? Match(JsonElement expected, JsonElement actual) => Match(expected, actual, "");

    private string? Match(JsonElement expected, JsonElement actual, string path) => expected.ValueKind switch
    {
        JsonValueKind.Object => MatchObject(expected, actual, path),
        JsonValueKind.Array => MatchArray(expected, actual, path),
        JsonValueKind.String => MatchText(expected.GetString() ?? "", actual, path),
        _ => IsSame(expected, actual) ? null : Differs(path, expected.GetRawText(), actual),
    };

    private string? MatchObject(JsonElement expected, JsonElement actual, string path)
    {
        if (!expected.EnumerateObject().Any()) return null;
        if (actual.ValueKind != JsonValueKind.Object) return Differs(path, "an object", actual);
        foreach (var member in expected.EnumerateObject())
        {
            var inner = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!actual.TryGetProperty(member.Name, out var value)) return $"{inner} is missing";
            if (Match(member.Value, value, inner) is { } difference) return difference;
        }

        return null;
    }

    private string? MatchArray(JsonElement expected, JsonElement actual, string path)
    {
        if (actual.ValueKind != JsonValueKind.Array) return Differs(path, "an array", actual);
        var (wanted, found) = (expected.GetArrayLength(), actual.GetArrayLength());
        if (wanted != found) return $"{Named(path)} has {found} items instead of {wanted}";
        for (var i = 0; i < wanted; i++)
        {
            if (Match(expected[i], actual[i], $"{path}[{i}]") is { } difference) return difference;
        }

        return null;
    }

    private string? MatchText(string expected, JsonElement actual, string path)
    {
        if (expected == "*") return null;
        if (Bindings.WholeName(expected) is { } name)
        {
            if (bindings.Find(name) is not { } bound) bindings.Bind(name, actual.Clone());
            else if (!IsSame(bound, actual)) return Differs(path, $"{expected} = {bound.GetRawText()}", actual);
            return null;
        }

        if (Pattern().Match(expected) is { Success: true } pattern)
            return Regex.IsMatch(Bindings.Text(actual), pattern.Groups["regex"].Value) ? null : Differs(path, expected, actual);
        var text = bindings.Substitute(expected);
        return actual.ValueKind == JsonValueKind.String && actual.GetString() == text ? null : Differs(path, $"\"{text}\"", actual);
    }

    /// <summary>Equal in type and value; numbers also in how they are written.</summary>
    public static bool IsSame(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != other.ValueKind) return false;
        return one.ValueKind switch
        {
            JsonValueKind.String => one.GetString() == other.GetString(),
            JsonValueKind.Number => one.GetRawText() == other.GetRawText(),
            JsonValueKind.Array => one.GetArrayLength() == other.GetArrayLength() && one.EnumerateArray().Zip(other.EnumerateArray()).All(pair => IsSame(pair.First, pair.Second)),
            JsonValueKind.Object => one.EnumerateObject().Count() == other.EnumerateObject().Count()
                && one.EnumerateObject().All(member => other.TryGetProperty(member.Name, out var value) && IsSame(member.Value, value)),
            _ => true,
        };
    }

    private static string Differs(string path, string expected, JsonElement actual) => $"{Named(path)} is {Short(actual.GetRawText())} instead of {Short(expected)}";

    private static string Named(string path) => path.Length == 0 ? "it" : path;

    private static string Short(string text) => text.Length <= 200 ? text : $"{text[..200]}... ({text.Length} characters)";

    [GeneratedRegex(@"\A\$\{/(?<regex>.*)/\}\z", RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
