using Microsoft.Extensions.AI;
using Perdure;

namespace PriorAuthorization;

/// <summary>
/// Judges each of the payer's criteria by the evidence and drafts the letter. It looks up criteria and evidence with tools, so that it cites
/// what is there; a finding that cites what is not there does not count.
/// </summary>
internal sealed class NecessityAgent(ModelService models)
{
    public async Task<Necessity> JudgeAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, Policy policy)
    {
        var answer = await models.AskAsync<Judgement>(
            context,
            new AgentCall("necessity", request.CaseId),
            "Judge whether each criterion of the payer is met by the chart. For each return criterionId, isMet, evidenceId (of the statement that proves it, or null) and reason (the criterion's text). Return confidence (0 to 1) and a letter to the medical director.",
            Agent.Text($"""
                Request: procedure {request.ProcedureCode} for {string.Join(", ", request.DiagnosisCodes)}. {facts.Summary}
                Criteria: {string.Join(", ", policy.Criteria.Select(static criterion => criterion.Id))}
                Evidence: {string.Join(", ", facts.Evidence.Select(static evidence => evidence.Id))}
                """),
            AIFunctionFactory.Create(
                (string id) => policy.Criteria.FirstOrDefault(criterion => criterion.Id == id)?.Text ?? $"There is no criterion {id}.",
                "get_criterion", "The text of one of the payer's criteria."),
            AIFunctionFactory.Create(
                (string[] ids) => string.Join('\n', facts.Evidence.Where(evidence => ids.Contains(evidence.Id)).Select(static evidence => $"{evidence.Id} {evidence.Text}")),
                "get_evidence", "The statements of the chart with these ids."));
        return Check(answer, facts, policy);
    }

    /// <summary>Whether another reader comes to the same judgement.</summary>
    public async Task<Necessity> AskSecondOpinionAsync(IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, Necessity necessity)
    {
        var opinion = await models.AskAsync<Opinion>(
            context,
            new AgentCall("second-opinion", request.CaseId),
            "Another agent was not sure of these findings. Return agrees: whether you come to the same.",
            Agent.Text(string.Join('\n', [
                .. facts.Evidence.Select(static item => $"{item.Id} {item.Text}"),
                .. necessity.Findings.Select(static finding => $"{finding.CriterionId} {finding.Reason}: {(finding.IsMet ? $"met ({finding.EvidenceId})" : "not documented")}"),
            ])));
        return necessity with { Flags = [.. necessity.Flags, opinion.Agrees ? "A second model agrees with the findings." : "A second model does not agree with the findings."] };
    }

    private static Necessity Check(Judgement answer, ClinicalFacts facts, Policy policy)
    {
        var findings = policy.Criteria.Select(criterion =>
        {
            var finding = answer.Findings.FirstOrDefault(finding => finding.CriterionId == criterion.Id);
            var isProved = finding is { IsMet: true } && facts.Evidence.Any(evidence => evidence.Id == finding.EvidenceId);
            return new Finding(criterion.Id, isProved, criterion.Text, isProved ? finding!.EvidenceId : null); // isProved says that it is there
        }).ToArray();
        var unproved = answer.Findings.Count(static finding => finding.IsMet) - findings.Count(static finding => finding.IsMet);
        return new Necessity(
            findings,
            Math.Clamp(answer.Confidence, 0, 1),
            answer.Letter,
            unproved > 0 ? [$"{unproved} findings cite no sentence of the chart and do not count."] : []);
    }

    private sealed record Judgement(Finding[] Findings, double Confidence, string Letter);

    private sealed record Opinion(bool Agrees);
}
