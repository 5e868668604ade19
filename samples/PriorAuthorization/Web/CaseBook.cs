using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Perdure;

namespace PriorAuthorization;

/// <summary>Cases as the page shows them: read from the executions' records and the payer's books, nothing is kept beside them.</summary>
internal sealed class CaseBook(IPerdureClient client, PayerBooks books, ModelMeter meter, Outbox outbox)
{
    private const int Shown = 100;

    /// <summary>Cases that are over do not change.</summary>
    private readonly ConcurrentDictionary<string, CaseSummary> _closed = new();
    private readonly ConcurrentDictionary<string, string> _arns = new();

    public async Task<string> OpenAsync(CaseTemplate template, Urgency urgency, PayerBehaviour behaviour, CancellationToken cancellationToken)
    {
        var id = "case-" + RandomNumberGenerator.GetHexString(6, lowercase: true);
        var patient = $"patient-{RandomNumberGenerator.GetInt32(1000, 9999)}{(template.IsInsured ? "" : "-lapsed")}";
        var request = new PriorAuthRequest(
            id, patient, "provider-7", "payer-3", template.ProcedureCode, template.DiagnosisCodes, template.ChartUri, urgency);
        books.SetBehaviour(id, behaviour);
        await client.StartAsync(PriorAuthorizationFunction.Name, request, new StartOptions { ExecutionName = id }, cancellationToken);
        return id;
    }

    public async Task<IReadOnlyList<CaseSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var cases = new List<CaseSummary>();
        var newest = new ExecutionFilter { Function = PriorAuthorizationFunction.Name, Limit = Shown };
        await foreach (var execution in client.ListAsync(newest, cancellationToken))
        {
            _arns[execution.Name] = execution.Arn;
            cases.Add(_closed.TryGetValue(execution.Arn, out var closed)
                ? closed
                : await SummarizeAsync(execution, await client.GetOperationsAsync(execution.Arn, cancellationToken), cancellationToken));
        }

        return cases;
    }

    public async Task<CaseDetails?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(id, cancellationToken) is not { } execution) return null;
        var operations = await client.GetOperationsAsync(execution.Arn, cancellationToken);
        return new CaseDetails(
            await SummarizeAsync(execution, operations, cancellationToken),
            meter.Usage(id),
            QuestionOf(operations),
            ReviewOf(operations),
            CaseStory.Tell(operations, execution),
            OperationTree.Of(operations),
            [.. books.Ledger.Where(entry => entry.CaseId == id)],
            [.. outbox.Messages.Where(message => message.CaseId == id)]);
    }

    /// <summary>The full name of the execution; null when there is no such case.</summary>
    public async Task<string?> ArnOfAsync(string id, CancellationToken cancellationToken)
    {
        if (_arns.TryGetValue(id, out var known)) return known;
        await foreach (var execution in client.ListAsync(new ExecutionFilter { Function = PriorAuthorizationFunction.Name }, cancellationToken))
        {
            _arns[execution.Name] = execution.Arn;
            if (execution.Name == id) return execution.Arn;
        }

        return null;
    }

    /// <summary>The operations of a case; null when there is no such case.</summary>
    public async Task<IReadOnlyList<Operation>?> OperationsAsync(string id, CancellationToken cancellationToken) =>
        await ArnOfAsync(id, cancellationToken) is { } arn ? await client.GetOperationsAsync(arn, cancellationToken) : null;

    public static PhysicianDecision? DecisionOf(IReadOnlyList<Operation> operations) =>
        Read<PhysicianDecision>(operations.LastOrDefault(static operation => operation.Name == "physician-review-answer")?.CallbackDetails?.Result);

    /// <summary>What the physician is shown; null when it has not come to that.</summary>
    public static ReviewRequest? ShownOf(IReadOnlyList<Operation> operations) =>
        Read<ReviewRequest>(operations.LastOrDefault(static operation => operation.Name == "prepare-review")?.StepDetails?.Result);

    private async Task<ExecutionDescription?> DescribeAsync(string id, CancellationToken cancellationToken) =>
        await ArnOfAsync(id, cancellationToken) is { } arn ? await client.GetAsync(arn, cancellationToken) : null;

    private async Task<CaseSummary> SummarizeAsync(ExecutionDescription execution, IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        var request = Read<PriorAuthRequest>(operations[0].ExecutionDetails?.InputPayload)!; // every case has one
        var isOver = execution.Status.IsOver();
        var described = isOver ? await client.GetAsync(execution.Arn, cancellationToken) : null;
        var outcome = Read<PriorAuthOutcome>(described?.Result);
        var (waitsFor, asks) = CaseStory.WaitsFor(operations, execution);
        var summary = new CaseSummary(
            execution.Name,
            CaseTemplates.TitleOf(request.ProcedureCode),
            request.Urgency,
            isOver ? outcome?.Status ?? "failed" : "running",
            waitsFor,
            asks,
            execution.StartedAt,
            execution.StartedAt + (request.Urgency == Urgency.Urgent ? TimeSpan.FromDays(3) : TimeSpan.FromDays(14)),
            execution.EndedAt,
            books.BehaviourOf(execution.Name),
            outcome?.PayerReference,
            outcome?.Rationale ?? described?.Error?.ErrorType);
        if (isOver) _closed[execution.Arn] = summary;
        return summary;
    }

    /// <summary>The question that is open to the provider, with what the pages that were read so far mention and do not show.</summary>
    private static QuestionView? QuestionOf(IReadOnlyList<Operation> operations)
    {
        var isForPayer = CaseStory.OpenQuestion(operations, "payer-information") is not null;
        if (CaseStory.OpenQuestion(operations, isForPayer ? "payer-information" : "missing-information") is not { Name: { } name }) return null;
        var pages = operations
            .Where(static operation => operation.Name?.StartsWith("page-", StringComparison.Ordinal) == true)
            .Select(static operation => Read<PageFacts>(operation.ContextDetails?.Result))
            .OfType<PageFacts>()
            .ToList();
        var missing = Reading.StillMissing(pages.SelectMany(static page => page.Missing), pages.SelectMany(static page => page.All));
        var request = Read<PriorAuthRequest>(operations[0].ExecutionDetails?.InputPayload)!; // every case has one
        return new QuestionView(name, isForPayer, isForPayer ? [] : [.. missing], CaseTemplates.Of(request)?.Document ?? "");
    }

    private static ReviewView? ReviewOf(IReadOnlyList<Operation> operations)
    {
        if (ShownOf(operations) is not { } shown) return null;
        var facts = Read<IntakeResult>(operations.FirstOrDefault(static operation => operation.Name == "intake")?.ContextDetails?.Result)?.Facts;
        var findings = shown.Findings.Select(finding =>
        {
            var evidence = facts?.Evidence.FirstOrDefault(evidence => evidence.Id == finding.EvidenceId);
            return new FindingView(finding.Reason, finding.IsMet, evidence?.Text, evidence?.Page);
        });
        return new ReviewView(
            shown.Letter, shown.Confidence, shown.Flags, [.. findings], CaseStory.OpenQuestion(operations, "physician-review") is not null, DecisionOf(operations));
    }

    private static T? Read<T>(string? payload) where T : class =>
        payload is null ? null : JsonSerializer.Deserialize<T>(payload, JsonSerializerOptions.Web);
}
