using System.Text.Json;
using System.Text.Json.Nodes;
using Perdure.Conformance.Matching;

namespace Perdure.Conformance.Running;

/// <summary>What became of the requirements, for people and as JSON.</summary>
internal sealed class Report(TextWriter output)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Lock _gate = new();

    public void Add(Verdict verdict)
    {
        lock (_gate)
        {
            var (requirement, problem) = (verdict.Requirement, verdict.Problem);
            output.WriteLine($"{(problem is null ? "ok    " : "FAILED")}  {requirement.Id,-6} {requirement.Suite,-18} {verdict.Duration.TotalSeconds,5:F1} s  {problem?.Message ?? Short(requirement.Description)}");
            if (problem?.Mismatch is { } mismatch) output.WriteLine(SideBySide.Of(mismatch.Expected, mismatch.Actual));
            if (problem?.History.Count > 0) output.WriteLine("        history: " + string.Join(", ", problem.History.Select(Line)));
            if (problem is not null) foreach (var record in problem.Logs) output.WriteLine("        log: " + record.GetRawText());
        }
    }

    /// <summary>A line for each suite, and the last line. Returns whether all passed.</summary>
    public bool Finish(IReadOnlyList<Verdict> verdicts)
    {
        output.WriteLine();
        foreach (var suite in verdicts.GroupBy(verdict => verdict.Requirement.Suite).OrderBy(suite => suite.Key, StringComparer.Ordinal))
            output.WriteLine($"{suite.Key,-18} {suite.Count(verdict => verdict.IsPassed),3} of {suite.Count(),3}");
        var failed = verdicts.Count(verdict => !verdict.IsPassed);
        output.WriteLine($"{verdicts.Count - failed} passed, {failed} failed");
        return failed == 0 && verdicts.Count > 0;
    }

    public static string Json(IEnumerable<Verdict> verdicts) => new JsonArray([.. verdicts.Select(verdict => (JsonNode)new JsonObject
    {
        ["id"] = verdict.Requirement.Id,
        ["suite"] = verdict.Requirement.Suite,
        ["passed"] = verdict.IsPassed,
        ["seconds"] = Math.Round(verdict.Duration.TotalSeconds, 3),
        ["problem"] = verdict.Problem?.Message,
    })]).ToJsonString(Indented);

    private static string Short(string description) => description.Length <= 80 ? description : description[..77] + "...";

    private static string Line(JsonElement e) =>
        $"{e.GetProperty("EventId").GetRawText()} {e.GetProperty("EventType").GetString()}{(e.TryGetProperty("Name", out var name) ? $" '{name.GetString()}'" : "")}";
}
