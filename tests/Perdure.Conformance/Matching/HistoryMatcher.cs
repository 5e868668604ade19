using System.Text.Json;

namespace Perdure.Conformance.Matching;

/// <summary>Compares expected events with a history, each with the one that has its number; a history may have more than is expected.</summary>
internal static class HistoryMatcher
{
    private const string EventId = "EventId";

    /// <returns>The first event that differs; null when none does. What was bound on the way is in <paramref name="bindings"/>.</returns>
    public static Mismatch? Match(IEnumerable<JsonElement> expected, IReadOnlyList<JsonElement> actual, Bindings bindings)
    {
        var matcher = new ValueMatcher(bindings);
        foreach (var wanted in expected)
        {
            var id = wanted.GetProperty(EventId);
            var found = actual.Where(e => e.TryGetProperty(EventId, out var number) && ValueMatcher.IsSame(id, number)).ToList();
            if (found is not [var only]) return new Mismatch($"the history has {found.Count} events with EventId {id.GetRawText()}", wanted, found.Count == 0 ? null : found[0]);
            if (matcher.Match(wanted, only) is { } reason) return new Mismatch(reason, wanted, only);
        }

        return null;
    }
}

/// <summary>An event that is not as expected.</summary>
/// <param name="Reason">Where and why.</param>
/// <param name="Expected">As the requirement has it.</param>
/// <param name="Actual">As it is recorded; null when there is none.</param>
internal sealed record Mismatch(string Reason, JsonElement Expected, JsonElement? Actual);
