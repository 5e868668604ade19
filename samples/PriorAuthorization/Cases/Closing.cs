using Perdure;

namespace PriorAuthorization;

/// <summary>What happens at the end of every case, whatever became of it.</summary>
internal sealed class Closing(Outbox outbox, AuditTrail audit)
{
    /// <summary>From here on, the end is recorded and the provider told.</summary>
    /// <param name="saga">The case.</param>
    /// <param name="request">Its request.</param>
    /// <param name="status">How it ended, asked when it has.</param>
    public void Promise(ISagaContext saga, PriorAuthRequest request, Func<string> status)
    {
        saga.Cleanup("notify-provider", (step, token) =>
            outbox.SendAsync(request.CaseId, request.ProviderId, $"{request.CaseId} is {status()}", step.IdempotencyKey, token));
        saga.Cleanup("record-outcome", (step, token) =>
            audit.RecordAsync(request.CaseId, $"case-{status()}", "perdure", null, step.IdempotencyKey, token));
    }
}
