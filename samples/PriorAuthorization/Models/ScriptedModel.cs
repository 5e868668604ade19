using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace PriorAuthorization;

/// <summary>
/// A model without a network: it reads its prompt by simple rules, so that the same question always has the same answer, and takes about as
/// long as a real one, so that it can be killed at work.
/// </summary>
/// <remarks>It reads only what a real model would be shown, and answers in the form that a real one is asked for.</remarks>
internal sealed partial class ScriptedModel(TimeProvider clock, TimeSpan thinkingTime) : IChatClient
{
    private static readonly JsonSerializerOptions Json = AIJsonUtilities.DefaultOptions;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = messages.ToList();
        if (thinkingTime > TimeSpan.Zero) await Task.Delay(thinkingTime, clock, cancellationToken);
        var answer = Agent().Match(asked[0].Text).Groups["name"].Value switch
        {
            "extraction" => Answer(ReadPage(asked[1].Text)),
            "summary" => Answer(new { summary = Summarize(Lines(asked[1].Text)) }),
            "policy" => Answer(ReadPolicy(asked[1].Text)),
            "necessity" => JudgeNecessity(asked),
            "second-opinion" => Answer(SecondOpinion(asked[1].Text)),
            var unknown => throw new InvalidOperationException($"The scripted model has no script for the agent '{unknown}'."),
        };
        var (input, output) = (asked.Sum(Length) / 4, Length(answer) / 4);
        return new ChatResponse(answer)
        {
            ModelId = "scripted",
            Usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output },
        };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The scripted model answers as a whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // Nothing is held.
    }

    private static object ReadPage(string page)
    {
        var lines = Lines(page);
        return new
        {
            codes = Labelled(lines, "Diagnosis"),
            medications = Labelled(lines, "Medication"),
            therapies = Labelled(lines, "Therapy"),
            statements = lines.Skip(1).Where(static line => !Label().IsMatch(line)),
            missing = Labelled(lines, "Missing"),
        };
    }

    private static string Summarize(string[] statements) => statements.Length == 0
        ? "The chart says nothing about this request."
        : string.Join("; ", statements.Select(static statement => statement[(statement.IndexOf(' ') + 1)..])) + ".";

    private static object ReadPolicy(string policy) => new
    {
        criteria = Lines(policy).Where(static line => line.StartsWith("- ", StringComparison.Ordinal)).Select(static (line, index) => new { id = $"C{index + 1}", text = line[2..] }),
    };

    /// <summary>Three turns: asks for the criteria, then for the evidence, then judges.</summary>
    private static ChatMessage JudgeNecessity(List<ChatMessage> asked)
    {
        var question = asked[1].Text;
        var results = asked.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().ToList();
        var criteria = Regex.Matches(question, @"\bC\d+\b").Select(static match => match.Value).Distinct().ToArray();
        if (results.Count == 0) return Call(criteria.Select(static id => ("get_criterion", new Dictionary<string, object?> { ["id"] = id })));
        if (results.Count == criteria.Length)
        {
            var ids = Regex.Matches(question, @"\bE\d+\b").Select(static match => match.Value).Distinct().ToArray();
            return Call([("get_evidence", new Dictionary<string, object?> { ["ids"] = ids })]);
        }

        var evidence = Lines(TextOf(results[^1]));
        var findings = criteria.Select((id, index) => Judge(id, TextOf(results[index]), evidence)).ToArray();
        var met = findings.Count(static finding => finding.IsMet);
        return Answer(new { findings, confidence = Math.Round(0.95 * met / Math.Max(1, criteria.Length), 2), letter = WriteLetter(question, findings) });
    }

    /// <summary>A criterion is met by a sentence that shares two of its longer words.</summary>
    private static Finding Judge(string id, string criterion, string[] evidence)
    {
        var words = Words(criterion);
        var best = evidence.MaxBy(line => Words(line).Intersect(words).Count());
        return best is not null && Words(best).Intersect(words).Count() >= 2
            ? new Finding(id, true, criterion, best.Split(' ')[0])
            : new Finding(id, false, criterion);
    }

    private static string WriteLetter(string question, Finding[] findings) => $"""
        To the medical director,

        we request authorization of procedure {Procedure().Match(question).Groups["code"].Value}.

        Measured against your criteria:
        {string.Join("\n", findings.Select(static finding => $"  - {finding.Reason}: {(finding.IsMet ? $"met ({finding.EvidenceId})" : "not documented")}"))}

        {(findings.All(static finding => finding.IsMet) ? "All criteria are met; we ask for approval." : "We ask for an individual review.")}
        """;

    private static object SecondOpinion(string findings) =>
        new { agrees = !findings.Contains("not documented", StringComparison.Ordinal) };

    private static ChatMessage Call(IEnumerable<(string Name, Dictionary<string, object?> Arguments)> calls) =>
        new(ChatRole.Assistant, [.. calls.Select(static (call, index) => new FunctionCallContent($"{call.Name}-{index + 1}", call.Name, call.Arguments))]);

    private static ChatMessage Answer(object value) => new(ChatRole.Assistant, JsonSerializer.Serialize(value, Json));

    private static string TextOf(FunctionResultContent result) => result.Result is JsonElement { ValueKind: JsonValueKind.String } text ? Unquote(text.GetString()!) : Unquote(result.Result?.ToString() ?? "");

    private static string Unquote(string text) => text.StartsWith('"') ? JsonSerializer.Deserialize<string>(text)! : text;

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<string> Labelled(string[] lines, string label) =>
        lines.Where(line => line.StartsWith(label + ": ", StringComparison.Ordinal)).Select(line => line[(label.Length + 2)..]);

    private static HashSet<string> Words(string text) => [.. Regex.Matches(text.ToLowerInvariant(), "[a-z]{5,}").Select(static match => match.Value)];

    private static int Length(ChatMessage message) => message.Contents.Sum(static content => content switch
    {
        TextContent text => text.Text.Length,
        FunctionCallContent call => call.Name.Length + 20,
        FunctionResultContent result => result.Result?.ToString()?.Length ?? 0,
        _ => 0,
    });

    [GeneratedRegex(@"You are the (?<name>[a-z-]+) agent")]
    private static partial Regex Agent();

    [GeneratedRegex(@"^(Diagnosis|Medication|Therapy|Missing): ")]
    private static partial Regex Label();

    [GeneratedRegex(@"procedure (?<code>\w+)")]
    private static partial Regex Procedure();
}
