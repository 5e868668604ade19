using Perdure;

namespace PriorAuthorization;

/// <summary>A case told in plain words, from its recorded operations.</summary>
internal static class CaseStory
{
    /// <summary>What each operation means to a reader: while it goes on, and when it is done. A number may follow the name. Operations that are not here say nothing to them.</summary>
    private static readonly (string Name, string Doing, string Done)[] Words =
    [
        ("load-chart", "The chart is looked up.", "The chart was found."),
        ("read-pages", "An agent reads the chart, page by page.", "An agent has read the pages."),
        ("missing-information", "The provider is asked for what is missing.", "The provider has answered."),
        ("policy-criteria", "An agent lists the payer's criteria.", "An agent has listed the payer's criteria."),
        ("check-eligibility", "The payer is asked whether the patient is covered.", "The payer says whether the patient is covered."),
        ("medical-necessity", "An agent measures the chart against the criteria.", "An agent has judged each criterion and drafted a letter."),
        ("second-opinion", "A second model is asked.", "A second model has given its opinion."),
        ("physician-review", "The letter waits for the physician.", "The physician has answered."),
        ("remind", "A reminder is sent.", "A reminder was sent."),
        ("escalate", "The lead physician is told.", "The lead physician was told."),
        ("audit-decision", "The decision goes to the audit trail.", "The decision is in the audit trail, with the hash of the letter."),
        ("submit:compensate", "The claim is withdrawn from the payer.", "The claim was withdrawn from the payer, if it had arrived."),
        ("withdraw-claim:compensate", "The payer is asked whether it still has a claim.", "The payer has no claim, or none any more."),
        ("withdraw-if-decided", "The payer is asked whether it still has a claim.", "The payer has no claim, or none any more."),
        ("submit", "The claim is submitted.", "The payer has the claim."),
        ("payer-decision", "The payer is deciding; we ask from time to time.", "The payer has answered."),
        ("payer-information", "The provider is asked for what the payer wants to know.", "The provider has answered."),
        ("send-information", "The payer is sent more information.", "The payer was sent more information."),
        ("record-outcome", "The outcome goes to the audit trail.", "The outcome is in the audit trail."),
        ("notify-provider", "The provider is told.", "The provider was told."),
    ];

    public static IReadOnlyList<StoryLine> Tell(IReadOnlyList<Operation> operations, ExecutionDescription execution)
    {
        List<StoryLine> story = [new(execution.StartedAt, "The case was opened.", "done")];
        foreach (var operation in operations.Where(static operation => operation.Name is not null))
        {
            if (Find(operation.Name!) is not { } words) continue; // named
            var startedAt = operation.StartTimestamp;
            var attempts = operation.StepDetails is { Attempt: > 1 } step ? $" It took {step.Attempt} attempts." : "";
            story.Add(operation.Status switch
            {
                OperationStatus.Succeeded => new(operation.EndTimestamp ?? startedAt, words.Done + attempts, "done"),
                OperationStatus.Failed or OperationStatus.TimedOut => new(operation.EndTimestamp ?? startedAt, $"Given up: {LowerFirst(words.Doing)}", "bad"),
                OperationStatus.Pending when operation.StepDetails is { Error: not null } failed => new(startedAt, $"{words.Doing} Attempt {failed.Attempt} failed; it is tried again.", "waiting"),
                _ when execution.Status.IsOver() => new(startedAt, words.Doing, "done"),
                _ => new(startedAt, words.Doing, "waiting"),
            });
        }

        if (execution.EndedAt is { } endedAt) story.Add(new(endedAt, "The case is over.", "done"));
        return [.. story.OrderBy(static line => line.At)];
    }

    /// <summary>What the case is waiting for, in plain words, and whose answer that is.</summary>
    public static (string WaitsFor, string Asks) WaitsFor(IReadOnlyList<Operation> operations, ExecutionDescription execution)
    {
        if (execution.Status.IsOver()) return ("", "nobody");
        if (execution.Attention != ExecutionAttention.None) return ($"an operator: {execution.AttentionReason}", "nobody");
        foreach (var (name, whom, asks) in Questions)
        {
            if (OpenQuestion(operations, name) is not null) return (whom, asks);
        }

        var open = operations.LastOrDefault(operation => IsOpen(operation, operations) && operation.Name is { } name && Find(name) is not null);
        return (open?.Name is { } doing && Find(doing) is { } words ? LowerFirst(words.Doing).TrimEnd('.') : "the next step", "nobody");
    }

    /// <summary>The open callback of a question; null when it is not asked, or answered.</summary>
    public static Operation? OpenQuestion(IReadOnlyList<Operation> operations, string prefix) => operations.FirstOrDefault(operation =>
        operation.CallbackDetails is not null && operation.Name?.StartsWith(prefix, StringComparison.Ordinal) == true && IsOpen(operation, operations));

    private static readonly (string Name, string Whom, string Asks)[] Questions =
    [
        ("physician-review", "the physician's signature", "physician"),
        ("missing-information", "documents from the provider", "provider"),
        ("payer-information", "documents that the payer asks for", "provider"),
        ("payer-webhook", "the payer's decision", "payer"),
    ];

    /// <summary>Not over, and nothing around it is: what was given up stays open on the record.</summary>
    private static bool IsOpen(Operation operation, IReadOnlyList<Operation> operations)
    {
        for (var current = operation; current is not null; current = operations.FirstOrDefault(candidate => candidate.Id == current.ParentId))
        {
            if (current.Status is not (OperationStatus.Started or OperationStatus.Pending or OperationStatus.Ready)) return false;
        }

        return true;
    }

    private static string LowerFirst(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static (string Name, string Doing, string Done)? Find(string name)
    {
        foreach (var words in Words)
        {
            if (name == words.Name || (name.StartsWith(words.Name + "-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(words.Name.Length + 1), out _))) return words;
        }

        return null;
    }
}
