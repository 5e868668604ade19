using Perdure;

namespace PriorAuthorization;

/// <param name="IsCovered">Whether the payer insures the patient at all.</param>
/// <param name="PolicyVersion">Which policy was applied; null when there is none.</param>
/// <param name="Necessity">What speaks for the request.</param>
internal sealed record AssessmentResult(bool IsCovered, string? PolicyVersion, Necessity Necessity);

/// <summary>The second part: the payer's criteria and the patient's coverage, side by side, then medical necessity measured against the criteria.</summary>
internal sealed class Assessment(IPayer payer, NecessityAgent agent)
{
    private const double SureEnough = 0.8;

    public async Task<AssessmentResult> RunAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, bool asksForSecondOpinion)
    {
        await using var checks = context.CreateParallel("coverage");
        var criteria = checks.BranchAsync("criteria", (branch, _) => branch.InvokeAsync<PolicyQuestion, Policy>(
            "policy-criteria", new PolicyQuestion(request.CaseId, request.PayerId, request.ProcedureCode), "policy-criteria"));
        var eligibility = checks.BranchAsync("eligibility", (branch, _) => branch.StepAsync(
            (_, token) => payer.IsCoveredAsync(request.PayerId, request.PatientRef, token),
            "check-eligibility",
            new StepConfig { Timeout = TimeSpan.FromSeconds(30), RetryStrategy = RetryStrategy.Exponential(maxAttempts: 8) }));
        await checks.CompleteAsync();
        if (!await eligibility) return new AssessmentResult(false, null, Nothing("The patient is not covered."));

        var policy = await criteria;
        if (policy.Criteria.Length == 0) return new AssessmentResult(true, null, WithFlags(Nothing("The payer has published no policy for this procedure."), facts));
        var necessity = await JudgeAsync(context, request, facts, policy);
        if (asksForSecondOpinion && necessity is { Confidence: < SureEnough, Letter.Length: > 0 })
        {
            necessity = await context.RunInChildContextAsync(
                (asking, _) => agent.AskSecondOpinionAsync(asking, request, facts, necessity), "second-opinion");
        }

        return new AssessmentResult(true, policy.Version, WithFlags(necessity, facts));
    }

    /// <summary>An agent that cannot finish, or may not, leaves its work to the physician.</summary>
    private async Task<Necessity> JudgeAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, Policy policy)
    {
        try
        {
            return await context.RunInChildContextAsync((judging, _) => agent.JudgeAsync(judging, request, facts, policy), "medical-necessity");
        }
        catch (ChildContextException error) when (error.IsError<BudgetExceededException>() || error.IsError<NoUsableAnswerException>())
        {
            return Nothing("The agent could not finish; the letter is yours to write.");
        }
    }

    private static Necessity Nothing(string flag) => new([], 0, "", [flag]);

    private static Necessity WithFlags(Necessity necessity, ClinicalFacts facts)
    {
        List<string> flags = [.. necessity.Flags];
        if (necessity is { Confidence: < SureEnough, Letter.Length: > 0 }) flags.Add($"The agent is not sure ({necessity.Confidence:P0}).");
        if (facts.Missing.Length > 0) flags.Add($"{facts.Missing.Length} documents are still missing.");
        if (facts.UnreadablePages > 0) flags.Add($"{facts.UnreadablePages} pages could not be read.");
        return necessity with { Flags = [.. flags] };
    }
}
