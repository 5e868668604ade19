namespace PriorAuthorization;

/// <summary>What a provider asks a payer for.</summary>
/// <param name="CaseId">Also the execution's name: a duplicate request joins the running case.</param>
/// <param name="Patient">A reference, never a name.</param>
/// <param name="Procedure">What is to be done.</param>
/// <param name="Diagnosis">Why.</param>
/// <param name="Scenario">How the payer fake behaves.</param>
internal sealed record PriorAuthRequest(string CaseId, string Patient, string Procedure, string Diagnosis, PayerScenario Scenario);

/// <summary>How the payer fake behaves towards one case.</summary>
internal enum PayerScenario
{
    /// <summary>Takes the claim and approves it.</summary>
    Approves,

    /// <summary>Takes the claim, but the first answer is lost on the way.</summary>
    LosesTheAnswer,

    /// <summary>Takes the claim and denies it.</summary>
    Denies,
}

internal sealed record ClinicalFacts(string Summary, string[] Evidence);

internal sealed record PolicyCriteria(string PolicyVersion, string[] Criteria);

internal sealed record Necessity(double Confidence, string Letter);

/// <summary>What the physician signs.</summary>
internal sealed record PhysicianDecision(bool Approved, string? Note);

internal enum PayerStatus
{
    Pending,
    Approved,
    Denied,
}

/// <summary>How a case ended: approved, denied, withdrawn (the physician refused) or expired (nobody signed in time).</summary>
internal sealed record PriorAuthOutcome(string Status, string? PayerReference, string Rationale);
