using System.Security.Cryptography;
using System.Text.Json;
using Perdure;

namespace PriorAuthorization;

/// <summary>Cases as the page shows them: read from the execution's record, nothing is kept beside it.</summary>
internal sealed class CaseBook(IPerdureClient client)
{
    private static readonly (string Procedure, string Diagnosis)[] Examples =
    [
        ("MRI of the lumbar spine", "Radiculopathy, lumbar region (M54.16)"),
        ("Total knee replacement, right", "Primary osteoarthritis of the right knee (M17.11)"),
        ("Continuous glucose monitor", "Type 1 diabetes mellitus (E10.9)"),
        ("Sleep study, attended", "Obstructive sleep apnea (G47.33)"),
    ];

    public async Task<string> OpenAsync(PayerScenario scenario, CancellationToken cancellationToken)
    {
        var id = "case-" + RandomNumberGenerator.GetHexString(6, lowercase: true);
        var (procedure, diagnosis) = Examples[RandomNumberGenerator.GetInt32(Examples.Length)];
        var request = new PriorAuthRequest(id, "patient-" + RandomNumberGenerator.GetInt32(1000, 9999), procedure, diagnosis, scenario);
        await client.StartAsync("prior-authorization", request, new StartOptions { ExecutionName = id }, cancellationToken);
        return id;
    }

    public async Task<IReadOnlyList<CaseSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var cases = new List<CaseSummary>();
        await foreach (var execution in client.ListAsync(new ExecutionFilter { Limit = 100 }, cancellationToken))
        {
            var operations = await client.GetOperationsAsync(execution.Arn, cancellationToken);
            cases.Add(Summarize(execution, operations));
        }

        return cases;
    }

    public async Task<CaseDetails?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindExecutionAsync(id, cancellationToken) is not { } execution) return null;
        var operations = await client.GetOperationsAsync(execution.Arn, cancellationToken);
        var letter = operations.FirstOrDefault(static operation => operation.Name == "medical-necessity")?.StepDetails?.Result;
        return new CaseDetails(
            Summarize(execution, operations),
            letter is null ? null : Read<Necessity>(letter)?.Letter,
            [.. operations.Where(static operation => operation.Type != OperationTypes.Execution).Select(Describe)]);
    }

    /// <summary>The physician's answer. False when nothing waits for one.</summary>
    public async Task<bool> DecideAsync(string id, PhysicianDecision decision, CancellationToken cancellationToken)
    {
        if (await FindExecutionAsync(id, cancellationToken) is not { } execution) return false;
        var operations = await client.GetOperationsAsync(execution.Arn, cancellationToken);
        if (OpenReview(operations)?.CallbackDetails is not { } review) return false;
        try
        {
            await client.SendCallbackSuccessAsync(review.CallbackId, decision, cancellationToken);
            return true;
        }
        catch (CallbackClosedException)
        {
            return false;
        }
    }

    private async Task<ExecutionDescription?> FindExecutionAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (var execution in client.ListAsync(cancellationToken: cancellationToken))
        {
            if (execution.Name == id) return execution;
        }

        return null;
    }

    private static Operation? OpenReview(IReadOnlyList<Operation> operations) =>
        operations.FirstOrDefault(static operation => operation.CallbackDetails is not null && operation.EndTimestamp is null);

    private static CaseSummary Summarize(ExecutionDescription execution, IReadOnlyList<Operation> operations)
    {
        var request = Read<PriorAuthRequest>(operations[0].ExecutionDetails?.InputPayload);
        var outcome = Read<PriorAuthOutcome>(operations.FirstOrDefault(static operation => operation.Name == "record-outcome")?.StepDetails?.Result);
        var state = execution.Status == ExecutionStatus.Running ? "running" : outcome?.Status ?? execution.Status.ToString().ToLowerInvariant();
        return new CaseSummary(
            execution.Name, request?.Procedure ?? "", request?.Scenario.ToString() ?? "", state, WaitsFor(execution, operations),
            OpenReview(operations) is not null, execution.StartedAt, execution.EndedAt, outcome?.PayerReference, outcome?.Rationale);
    }

    /// <summary>In plain words, what the case is waiting for.</summary>
    private static string WaitsFor(ExecutionDescription execution, IReadOnlyList<Operation> operations)
    {
        if (execution.Status != ExecutionStatus.Running) return "";
        if (execution.Attention != ExecutionAttention.None) return $"an operator: {execution.AttentionReason}";
        if (OpenReview(operations) is not null) return "the physician's signature";
        var open = operations.LastOrDefault(static operation => operation.EndTimestamp is null || operation.Status is OperationStatus.Pending or OperationStatus.Ready);
        return open?.Name switch
        {
            "payer-decision" => "the payer's decision",
            "submit-to-payer" => "the payer to take the claim",
            "extract-clinical-facts" or "policy-criteria" or "medical-necessity" => $"the agent \"{open.Name}\"",
            _ => "the next step",
        };
    }

    private static OperationView Describe(Operation operation) => new(
        operation.Name ?? "(unnamed)", operation.SubType ?? operation.Type, operation.Status.ToString(),
        operation.StepDetails is { } step ? Math.Max(1, step.Attempt) : null,
        operation.StartTimestamp, operation.EndTimestamp, operation.StepDetails?.Error?.ErrorMessage, operation.ParentId is not null);

    private static T? Read<T>(string? payload) where T : class =>
        payload is null ? null : JsonSerializer.Deserialize<T>(payload, JsonSerializerOptions.Web);
}

internal sealed record CaseSummary(
    string Id, string Procedure, string Scenario, string State, string WaitsFor, bool NeedsSignature,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? PayerReference, string? Rationale);

internal sealed record CaseDetails(CaseSummary Summary, string? Letter, IReadOnlyList<OperationView> Operations);

internal sealed record OperationView(
    string Name, string Kind, string Status, int? Attempts, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Error, bool IsInner);
