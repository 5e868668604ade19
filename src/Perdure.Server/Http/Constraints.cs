using System.Text.RegularExpressions;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>Gathers everything that is wrong with the fields of a request, and says it at once, in the words of AWS. Each check throws when that is more than anybody reads.</summary>
internal sealed class Constraints
{
    private const int LongestEcho = 256;

    /// <summary>More are not looked for: a body may have millions of mistakes.</summary>
    private const int MostViolations = 10;

    private readonly List<string> _violations = [];

    public void NotNull(object? value, string field)
    {
        if (value is null) Add($"Value null at '{field}' failed to satisfy constraint: Member must not be null");
    }

    /// <summary>1 to <paramref name="max"/> characters that match; null is allowed.</summary>
    public void Text(string? value, string field, int max, Regex pattern)
    {
        if (value is null) return;
        if (value.Length == 0) Violated(value, field, "Member must have length greater than or equal to 1");
        else if (value.Length > max) Violated(value, field, $"Member must have length less than or equal to {max}");
        if (!pattern.IsMatch(value)) Violated(value, field, $"Member must satisfy regular expression pattern: {pattern.ToString()[2..^2]}"); // without \A and \z
    }

    public void OneOf(string? value, string field, IEnumerable<string> words)
    {
        if (value is not null && !words.Contains(value)) Violated(value, field, $"Member must satisfy enum value set: [{string.Join(", ", words)}]");
    }

    public void Range(long? value, string field, long min, long max)
    {
        if (value < min) Violated(value.Value.ToString(), field, $"Member must have value greater than or equal to {min}");
        if (value > max) Violated(value.Value.ToString(), field, $"Member must have value less than or equal to {max}");
    }

    public void ShorterThan(string? value, string field, int max)
    {
        if (value?.Length > max) Violated(value, field, $"Member must have length less than or equal to {max}");
    }

    private void Violated(string value, string field, string constraint) =>
        Add($"Value '{(value.Length <= LongestEcho ? value : value[..LongestEcho] + "...")}' at '{field}' failed to satisfy constraint: {constraint}");

    private void Add(string violation)
    {
        _violations.Add(violation);
        if (_violations.Count == MostViolations) Require();
    }

    /// <exception cref="ApiException">Something is wrong.</exception>
    public void Require()
    {
        if (_violations.Count == 0) return;
        var count = _violations.Count == 1 ? "1 validation error" : $"{_violations.Count} validation errors";
        throw new ApiException(ApiErrors.Validation, $"{count} detected: {string.Join("; ", _violations)}");
    }
}
