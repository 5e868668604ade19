using Perdure;

namespace PriorAuthorization;

/// <summary>Two agents: one reads a page, the other sums up what was read.</summary>
internal sealed class ExtractionAgents(ModelService models)
{
    public Task<PageFacts> ReadPageAsync(IDurableContext context, string caseId, string pageUri) => models.AskAsync<PageFacts>(
        context,
        new AgentCall("extraction", caseId),
        "Read one page of a chart. Return codes (ICD-10), medications, therapies, statements (sentences that may prove medical necessity, as they stand) and missing (documents that the page says are missing).",
        Agent.Page(pageUri));

    public Task<Summary> SummarizeAsync(IDurableContext context, string caseId, IEnumerable<Evidence> evidence) => models.AskAsync<Summary>(
        context,
        new AgentCall("summary", caseId),
        "Sum up these statements from a chart in two sentences; add nothing.",
        Agent.Text(string.Join('\n', evidence.Select(static item => $"{item.Id} {item.Text}"))));
}
