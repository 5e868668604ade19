namespace PriorAuthorization;

/// <summary>One line of the list.</summary>
/// <param name="Id">The case.</param>
/// <param name="Title">What is asked for.</param>
/// <param name="Urgency">How long there is.</param>
/// <param name="State">running, one of <see cref="CaseStatus"/>, or failed.</param>
/// <param name="WaitsFor">In plain words; empty when it is over.</param>
/// <param name="Asks">Whose answer is awaited: physician, provider, payer, or nobody's.</param>
/// <param name="StartedAt">When it was opened.</param>
/// <param name="DueAt">When its time is up.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Behaviour">How the payer treats it.</param>
/// <param name="PayerReference">The claim.</param>
/// <param name="Rationale">Why it ended so.</param>
internal sealed record CaseSummary(
    string Id, string Title, Urgency Urgency, string State, string WaitsFor, string Asks, DateTimeOffset StartedAt, DateTimeOffset DueAt, DateTimeOffset? EndedAt,
    PayerBehaviour Behaviour, string? PayerReference, string? Rationale);

internal sealed record CaseDetails(
    CaseSummary Summary, ModelUsage Usage, QuestionView? Question, ReviewView? Review, IReadOnlyList<StoryLine> Story, IReadOnlyList<OperationView> Operations,
    IReadOnlyList<LedgerEntry> Ledger, IReadOnlyList<Message> Messages);

/// <summary>What the provider is asked for.</summary>
/// <param name="Name">Of the open question.</param>
/// <param name="IsForPayer">The payer wants to know; otherwise the chart is not complete.</param>
/// <param name="Missing">Documents that the chart mentions; none when there is no chart.</param>
/// <param name="Example">What could be sent.</param>
internal sealed record QuestionView(string Name, bool IsForPayer, string[] Missing, string Example);

/// <summary>What the physician is shown, and what they answered.</summary>
internal sealed record ReviewView(string Letter, double Confidence, string[] Flags, IReadOnlyList<FindingView> Findings, bool IsOpen, PhysicianDecision? Decision);

internal sealed record FindingView(string Criterion, bool IsMet, string? Evidence, string? Page);

/// <param name="At">When.</param>
/// <param name="Text">What happened, in plain words.</param>
/// <param name="Tone">done, waiting or bad.</param>
internal sealed record StoryLine(DateTimeOffset At, string Text, string Tone);

internal sealed record OperationView(
    string Name, string Kind, string Status, int? Attempts, int Depth, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Error);
