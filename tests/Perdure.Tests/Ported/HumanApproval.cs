// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>A person decides, or time does.</summary>
public sealed class HumanApproval(World world)
{
    public sealed record Document(string Id, string Approver);

    public sealed record Decision(bool Approved, string By);

    public async Task<string> Workflow(Document document, IDurableContext context)
    {
        try
        {
            var decision = await context.WaitForCallbackAsync<Decision>(
                async (callbackId, _, ct) => await world.AskAsync(document.Approver, callbackId, ct),
                "wait-for-approval",
                new WaitForCallbackConfig { Timeout = TimeSpan.FromDays(7), RetryStrategy = RetryStrategy.Default });
            return decision.Approved ? $"approved by {decision.By}" : $"rejected by {decision.By}";
        }
        catch (CallbackTimeoutException)
        {
            await context.StepAsync(async (_, ct) => { await world.CallAsync($"escalate {document.Id}", ct); }, "escalate");
            return "expired";
        }
        catch (CallbackFailedException error)
        {
            return $"failed: {error.ErrorType}";
        }
    }
}
