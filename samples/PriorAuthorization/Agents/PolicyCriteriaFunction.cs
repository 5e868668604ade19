using Perdure;

namespace PriorAuthorization;

internal sealed record PolicyQuestion(string CaseId, string PayerId, string ProcedureCode);

/// <summary>A function of its own, called by the case: looks the payer's policy up and has an agent list its criteria.</summary>
[DurableFunction("policy-criteria", ExecutionTimeoutSeconds = 7 * 86400)]
internal sealed class PolicyCriteriaFunction(PolicyLibrary library, ModelService models) : IDurableFunction<PolicyQuestion, Policy>
{
    public async Task<Policy> RunAsync(PolicyQuestion question, IDurableContext context)
    {
        // The version is recorded with the text: what was applied can be told when the policy has changed long since.
        var published = await context.StepAsync((_, token) => library.FindAsync(question.PayerId, question.ProcedureCode, token), "find-policy");
        if (published is null) return new Policy(null, []);
        var list = await models.AskAsync<CriteriaList>(
            context,
            new AgentCall("policy", question.CaseId),
            "List the criteria of this policy: id (C1, C2, ...) and text.",
            Agent.Text(published.Text));
        return new Policy(published.Version, list.Criteria);
    }

    private sealed record CriteriaList(Criterion[] Criteria);
}
