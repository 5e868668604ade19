using Perdure;

namespace PriorAuthorization;

/// <summary>One case, from the chart to the payer's decision. Ordinary code: it may be killed at any line and goes on where it was.</summary>
[DurableFunction("prior-authorization", ExecutionTimeoutSeconds = 30 * 86400)]
internal sealed class PriorAuthorizationFunction(Agents agents, PayerClient payer) : IDurableFunction<PriorAuthRequest, PriorAuthOutcome>
{
    public const string Review = "physician-review";

    public async Task<PriorAuthOutcome> RunAsync(PriorAuthRequest request, IDurableContext context)
    {
        // Each agent is expensive, so each is a step: once its answer is recorded, no crash makes it work again.
        var facts = await context.StepAsync((_, token) => agents.ExtractAsync(request, token), "extract-clinical-facts");
        var criteria = await context.StepAsync((_, token) => agents.FindCriteriaAsync(request, token), "policy-criteria");
        var necessity = await context.StepAsync((_, token) => agents.JudgeAsync(request, facts, criteria, token), "medical-necessity");

        PhysicianDecision decision;
        try
        {
            // Days may pass here. Nothing of this function is in memory meanwhile.
            decision = await context.WaitForCallbackAsync<PhysicianDecision>(
                static (_, review, _) =>
                {
                    review.Logger.LogDebug("A letter waits for a signature.");
                    return Task.CompletedTask;
                },
                Review,
                new WaitForCallbackConfig { Timeout = TimeSpan.FromDays(5) });
        }
        catch (CallbackTimeoutException)
        {
            return await CloseAsync(context, new PriorAuthOutcome("expired", null, "No physician signed within five days."));
        }

        if (!decision.Approved)
            return await CloseAsync(context, new PriorAuthOutcome("withdrawn", null, decision.Note ?? "The physician did not sign."));

        // The payer may take the claim and its answer may be lost, or we may be killed before we record it. The step runs again then,
        // with the same key, and the payer recognises the claim that it already has.
        var reference = await context.StepAsync(
            (step, token) => payer.SubmitAsync(request, necessity.Letter, step.IdempotencyKey, token),
            "submit-to-payer",
            new StepConfig { RetryStrategy = RetryStrategy.Exponential(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)) });

        var status = await context.WaitForConditionAsync<PayerStatus>(
            (_, _, token) => payer.GetStatusAsync(reference, token),
            new WaitForConditionConfig<PayerStatus>
            {
                InitialState = PayerStatus.Pending,
                WaitStrategy = WaitStrategy.Fixed<PayerStatus>(TimeSpan.FromSeconds(2), maxAttempts: 10_000, static status => status != PayerStatus.Pending),
            },
            "payer-decision");

        return await CloseAsync(context, status == PayerStatus.Approved
            ? new PriorAuthOutcome("approved", reference, "The payer approved the request.")
            : new PriorAuthOutcome("denied", reference, "The payer denied the request."));
    }

    private static Task<PriorAuthOutcome> CloseAsync(IDurableContext context, PriorAuthOutcome outcome) =>
        context.StepAsync((_, _) => Task.FromResult(outcome), "record-outcome");
}
