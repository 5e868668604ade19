using System.Text.Json;
using System.Text.RegularExpressions;
using Perdure.Conformance.Requirements;

namespace Perdure.Conformance.Matching;

/// <summary>Compares what a function and its interceptors wrote with what is expected, in the order in which it was written.</summary>
internal static partial class LogMatcher
{
    /// <returns>What is wrong with the first expectation that does not hold; null when all do.</returns>
    public static string? Match(IReadOnlyList<ExpectedLog> expected, IReadOnlyList<JsonElement> records, Bindings bindings) =>
        expected.Select(log => Match(log, records, bindings)).FirstOrDefault(problem => problem is not null);

    private static string? Match(ExpectedLog expected, IReadOnlyList<JsonElement> records, Bindings bindings)
    {
        var found = Places(expected.Match, records, bindings);
        if (found.Count < expected.Min || found.Count > expected.Max)
            return $"{found.Count} log records match {expected.Match.GetRawText()} instead of {Wanted(expected)}";
        foreach (var anchor in expected.After)
        {
            var before = Places(anchor, records, bindings);
            if (before.Count == 0) return $"no log record matches {anchor.GetRawText()}, after which others are expected";
            if (found.Count > 0 && found[0] < before[^1]) return $"a log record that matches {expected.Match.GetRawText()} comes before one that matches {anchor.GetRawText()}";
        }

        return null;
    }

    private static string Wanted(ExpectedLog expected) =>
        expected.Max == expected.Min ? $"{expected.Min}" : expected.Max is { } max ? $"{expected.Min} to {max}" : $"at least {expected.Min}";

    private static List<int> Places(JsonElement match, IReadOnlyList<JsonElement> records, Bindings bindings) =>
        [.. Enumerable.Range(0, records.Count).Where(i => Matches(match, records[i], bindings))];

    private static bool Matches(JsonElement match, JsonElement record, Bindings bindings) => match.EnumerateObject().All(member =>
        record.TryGetProperty(member.Name, out var value)
        && (member.Value.ValueKind == JsonValueKind.String && Pattern().Match(member.Value.GetString() ?? "") is { Success: true } pattern
            ? Regex.IsMatch(Bindings.Text(value), bindings.Substitute(pattern.Groups["regex"].Value))
            : ValueMatcher.IsSame(bindings.Substitute(member.Value), value)));

    [GeneratedRegex(@"\A/(?<regex>.*)/\z", RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
