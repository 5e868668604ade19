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

    /// <summary>A result that is too large to be recorded, and what people see of it.</summary>
    public static async Task<int> ReadAsync(IDurableContext context, IReadOnlyList<string> pages, Func<string, CancellationToken, Task<string>> readAsync)
    {
        // <snippet map-summary>
        var texts = await context.MapAsync<string, string>(
            pages,
            (item, page, _, _, _) => item.StepAsync((_, token) => readAsync(page, token), "read"),
            "pages",
            new MapConfig<string> { SummaryGenerator = result => $"{result.SuccessCount} pages read, {result.FailureCount} unreadable" });
        // </snippet map-summary>
        return texts.GetResults().Sum(text => text.Length);
    }
}
