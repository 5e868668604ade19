using Microsoft.Extensions.Logging;

namespace Perdure.Snippets;

/// <summary>Batches that end by a rule, and what they came to.</summary>
public static class Batches
{
    /// <summary>Two offers are enough; two refusals too.</summary>
    public static async Task<string> OffersAsync(IDurableContext context, IReadOnlyList<string> carriers, Func<string, CancellationToken, Task<decimal>> offerAsync)
    {
        // <snippet map-rule>
        var offers = await context.MapAsync<string, decimal>(
            carriers,
            (item, carrier, _, _, _) => item.StepAsync((_, token) => offerAsync(carrier, token), "offer", new StepConfig { RetryStrategy = RetryStrategy.None }),
            "offers",
            new MapConfig<string>
            {
                ItemNamer = (carrier, _) => carrier,
                CompletionConfig = CompletionConfig.When(progress =>
                    progress.SuccessCount == 2 ? BatchDecision.Succeed
                    : progress.FailureCount == 2 ? BatchDecision.Fail
                    : BatchDecision.Continue),
            });
        // </snippet map-rule>

        // <snippet batch-results>
        foreach (var item in offers.Failed)
            context.Logger.LogWarning("{Carrier}: {Error}", item.Name, item.Error?.Message);
        return offers.CompletionReason == CompletionReason.CustomCompletionSucceeded ? $"from {offers.GetResults().Min()}" : "nobody";
        // </snippet batch-results>
    }
}
