namespace PriorAuthorization;

/// <summary>Three agents with a script instead of a model: deterministic, no network, and slow enough to be killed at work.</summary>
internal sealed class Agents(TimeProvider clock)
{
    private static readonly TimeSpan ModelTime = TimeSpan.FromMilliseconds(350);
    private int _calls;

    /// <summary>Calls of this process; a recorded answer is never asked for again.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public async Task<ClinicalFacts> ExtractAsync(PriorAuthRequest request, CancellationToken cancellationToken)
    {
        await ThinkAsync(cancellationToken);
        return new ClinicalFacts(
            $"{request.Diagnosis}; symptoms for 14 weeks; conservative therapy without lasting relief.",
            ["Progress note, p. 2: pain 7/10 after six weeks of physiotherapy", "Medication list, p. 4: two NSAIDs tried", "Exam, p. 5: reduced range of motion"]);
    }

    public async Task<PolicyCriteria> FindCriteriaAsync(PriorAuthRequest request, CancellationToken cancellationToken)
    {
        await ThinkAsync(cancellationToken);
        return new PolicyCriteria(
            "2026-07",
            [$"{request.Procedure} is covered for this diagnosis", "At least six weeks of conservative therapy", "Functional limitation documented by exam"]);
    }

    public async Task<Necessity> JudgeAsync(PriorAuthRequest request, ClinicalFacts facts, PolicyCriteria criteria, CancellationToken cancellationToken)
    {
        await ThinkAsync(cancellationToken);
        var findings = criteria.Criteria.Zip(facts.Evidence, static (criterion, evidence) => $"  - {criterion}: met ({evidence})");
        return new Necessity(0.93, $"""
            To the medical director,

            we request authorization of {request.Procedure} for patient {request.Patient}.

            {facts.Summary}

            Measured against policy {criteria.PolicyVersion}:
            {string.Join("\n", findings)}

            The criteria are met; we ask for approval.
            """);
    }

    private Task ThinkAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return Task.Delay(ModelTime, clock, cancellationToken);
    }
}
