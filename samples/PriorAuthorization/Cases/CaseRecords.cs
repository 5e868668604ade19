using System.Text.Json.Serialization;
using Perdure;

namespace PriorAuthorization;

/// <summary>What a provider asks a payer for.</summary>
/// <param name="CaseId">Also the execution's name: the same request again joins the running case, another one under this id is refused.</param>
/// <param name="PatientRef">A reference in the record system, never a name; masked all the same.</param>
/// <param name="ProviderId">Who asks.</param>
/// <param name="PayerId">Who is asked.</param>
/// <param name="ProcedureCode">What is to be done (CPT).</param>
/// <param name="DiagnosisCodes">Why (ICD-10).</param>
/// <param name="ChartUri">Where the chart is: its text is never part of the execution.</param>
/// <param name="Urgency">How long there is.</param>
internal sealed record PriorAuthRequest(
    string CaseId, [SensitiveData] string PatientRef, string ProviderId, string PayerId, string ProcedureCode,
    [SensitiveData] string[] DiagnosisCodes, string ChartUri, Urgency Urgency);

[JsonConverter(typeof(JsonStringEnumConverter<Urgency>))]
internal enum Urgency
{
    /// <summary>14 days.</summary>
    Standard,

    /// <summary>3 days.</summary>
    Urgent,
}

/// <summary>How a case ended.</summary>
internal static class CaseStatus
{
    /// <summary>The payer said yes.</summary>
    public const string Approved = "approved";

    /// <summary>The payer said no, or the patient is not covered.</summary>
    public const string Denied = "denied";

    /// <summary>The physician did not sign, or somebody withdrew the case.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>The time was up.</summary>
    public const string Expired = "expired";

    /// <summary>The provider did not send what was missing.</summary>
    public const string NeedsInfoExpired = "needs-info-expired";

    /// <summary>Something broke for good; what had been sent to the payer was withdrawn.</summary>
    public const string FailedCompensated = "failed-compensated";

    /// <summary>Something broke for good, and an operator must look: a claim could not be withdrawn, or the code has an error. Never an outcome; the execution fails.</summary>
    public const string Failed = "failed";
}

/// <param name="Status">One of <see cref="CaseStatus"/>.</param>
/// <param name="PayerReference">The payer's reference of the claim; null when it has none, or none any more.</param>
/// <param name="Rationale">Why, in a sentence without clinical facts.</param>
/// <param name="Findings">What was found for each of the payer's criteria.</param>
/// <param name="Timeline">What happened, up to the last part of the case that came to its end; empty when the case was cut off. The record has it all.</param>
internal sealed record PriorAuthOutcome(
    string Status, string? PayerReference, string Rationale, [SensitiveData] Finding[] Findings, TimelineEntry[] Timeline);

/// <param name="Day">Days since the case was opened, on the function's clock.</param>
/// <param name="Text">What happened, without clinical facts.</param>
internal sealed record TimelineEntry(int Day, string Text);

/// <summary>A sentence of the chart that may prove something, with the page it is on.</summary>
[SensitiveData]
internal sealed record Evidence(string Id, string Page, string Text);

/// <summary>What an agent read on one page.</summary>
[SensitiveData]
internal sealed record PageFacts(string[] Codes, string[] Medications, string[] Therapies, string[] Statements, string[] Missing)
{
    /// <summary>All that may prove something, a sentence each.</summary>
    public IEnumerable<string> All =>
    [
        .. Statements, .. Therapies.Select(static therapy => $"Therapy: {therapy}"), .. Medications.Select(static medication => $"Medication: {medication}"),
        .. Codes.Select(static code => $"Diagnosis: {code}"),
    ];
}

/// <summary>The chart in two sentences.</summary>
[SensitiveData]
internal sealed record Summary([property: JsonPropertyName("summary")] string Text);

/// <summary>What the pages say together.</summary>
[SensitiveData]
internal sealed record ClinicalFacts(string Summary, Evidence[] Evidence, string[] Missing, int Pages, int UnreadablePages)
{
    /// <summary>How much of the chart is known: 1 for all of it.</summary>
    public double ReadShare => Pages == 0 ? 0 : (double)(Pages - UnreadablePages) / Pages;
}

internal sealed record Criterion(string Id, string Text);

/// <summary>The payer's criteria, and the version of the policy that they are from. No criteria: there is no policy.</summary>
internal sealed record Policy(string? Version, Criterion[] Criteria);

/// <summary>Whether one criterion is met, and the sentence that proves it.</summary>
[SensitiveData]
internal sealed record Finding(string CriterionId, bool IsMet, string Reason, string? EvidenceId = null);

/// <param name="Findings">One for each criterion.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Letter">A draft for the physician; empty when no agent could write one.</param>
/// <param name="Flags">What the physician should know of how this came about.</param>
internal sealed record Necessity([SensitiveData] Finding[] Findings, double Confidence, [SensitiveData] string Letter, string[] Flags);

/// <summary>What is put before the physician.</summary>
internal sealed record ReviewRequest([SensitiveData] string Letter, [SensitiveData] Finding[] Findings, double Confidence, string[] Flags);

/// <summary>What the physician answers.</summary>
/// <param name="Approved">Whether the letter may go out.</param>
/// <param name="Physician">Who decides; the page has no sign-in, a real one takes it from there.</param>
/// <param name="Note">Why; required for a refusal.</param>
/// <param name="EditedLetter">The letter as it shall go out; null for the draft.</param>
internal sealed record PhysicianDecision(bool Approved, string Physician, [SensitiveData] string? Note, [SensitiveData] string? EditedLetter);

/// <summary>What the provider sends: addresses of pages.</summary>
internal sealed record ProviderDocs(string[] Pages);

/// <summary>What the payer is sent.</summary>
internal sealed record Claim(string CaseId, string PayerId, string ProcedureCode, [SensitiveData] string[] DiagnosisCodes, [SensitiveData] string Letter);

/// <summary>The keys under which the payer knows the claim and its withdrawal, whoever sends them.</summary>
internal sealed record ClaimKeys(string Submit, string Void);

[JsonConverter(typeof(JsonStringEnumConverter<PayerVerdict>))]
internal enum PayerVerdict
{
    Pending,
    Approved,
    Denied,
    MoreInformation,
}

/// <param name="Verdict">What the payer says.</param>
/// <param name="Via">How we learned of it.</param>
internal sealed record PayerDecision(PayerVerdict Verdict, string Via);
