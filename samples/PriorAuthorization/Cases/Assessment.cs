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
        // Whichever fails, the other's answer counts.
        await using var checks = context.CreateParallel("coverage", new ParallelConfig { CompletionConfig = CompletionConfig.AllCompleted() });
        var criteria = checks.BranchAsync("criteria", (branch, _) => branch.InvokeAsync<PolicyQuestion, Policy>(
            "policy-criteria", new PolicyQuestion(request.CaseId, request.PayerId, request.ProcedureCode), "policy-criteria"));
        var eligibility = checks.BranchAsync("eligibility", (branch, _) => branch.StepAsync(
            (_, token) => payer.IsCoveredAsync(request.PayerId, request.PatientRef, token),
            "check-eligibility",
            new StepConfig { Timeout = TimeSpan.FromSeconds(30), RetryStrategy = RetryStrategy.Exponential(maxAttempts: 8) }));
        await checks.CompleteAsync();
        if (!await eligibility) return new AssessmentResult(false, null, Nothing("The patient is not covered."));

        var (policy, problem) = await PolicyAsync(criteria);
        var necessity = problem is null ? await JudgeAsync(context, request, facts, policy) : Nothing(problem);
        necessity = necessity with { Confidence = necessity.Confidence * facts.ReadShare };
        if (asksForSecondOpinion && necessity is { Confidence: < SureEnough, Letter.Length: > 0 })
            necessity = await AskSecondOpinionAsync(context, request, facts, necessity);
        return new AssessmentResult(true, policy.Version, WithFlags(necessity, facts));
    }

    /// <summary>The criteria to measure against; or why there are none.</summary>
    private static async Task<(Policy Policy, string? Problem)> PolicyAsync(IParallelBranch<Policy> criteria)
    {
        try
        {
            var policy = await criteria;
            return policy.Version is null ? (policy, "The payer has published no policy for this procedure.")
                : policy.Criteria.Length == 0 ? (policy, $"No criteria were found in the payer's policy {policy.Version}.")
                : (policy, null);
        }
        catch (ChildContextException)
        {
            return (new Policy(null, []), "The payer's criteria could not be listed.");
        }
    }

    private async Task<Necessity> AskSecondOpinionAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, Necessity necessity)
    {
        try
        {
            return await context.RunInChildContextAsync((asking, _) => agent.AskSecondOpinionAsync(asking, request, facts, necessity), "second-opinion");
        }
        catch (ChildContextException)
        {
            return necessity with { Flags = [.. necessity.Flags, "A second model could not be asked."] };
        }
    }

    /// <summary>An agent that cannot finish, or may not, leaves its work to the physician.</summary>
    private async Task<Necessity> JudgeAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, Policy policy)
    {
        try
        {
            return await context.RunInChildContextAsync((judging, _) => agent.JudgeAsync(judging, request, facts, policy), "medical-necessity");
        }
        catch (ChildContextException)
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
