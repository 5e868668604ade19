namespace Perdure.Snippets;

/// <summary>Verbs over many things at once.</summary>
public static class Composing
{
    /// <summary>A map with a limit and a tolerance.</summary>
    public static async Task<IReadOnlyList<string>> MapAsync(IDurableContext context, IReadOnlyList<string> pages, Func<string, CancellationToken, Task<string>> extractAsync)
    {
        // <snippet map>
        var extracted = await context.MapAsync<string, string>(
            pages,
            (page, text, index, all, _) => page.StepAsync((_, token) => extractAsync(text, token), "extract"),
            "pages",
            new MapConfig<string>
            {
                MaxConcurrency = 4,
                ItemNamer = (_, index) => $"page-{index + 1}",
                CompletionConfig = new CompletionConfig { ToleratedFailurePercentage = 0.1 },
            });
        if (extracted.CompletionReason == CompletionReason.FailureToleranceExceeded) extracted.ThrowIfError();
        return extracted.GetResults();
        // </snippet map>
    }

    /// <summary>Branches with names.</summary>
    public static async Task<bool> ParallelAsync(IDurableContext context, Func<CancellationToken, Task<bool>> isEligibleAsync, Func<CancellationToken, Task<bool>> isCoveredAsync)
    {
        // <snippet parallel>
        var checks = await context.ParallelAsync<bool>(
            [
                new DurableBranch<bool>("eligibility", (branch, _) => branch.StepAsync((_, token) => isEligibleAsync(token))),
                new DurableBranch<bool>("coverage", (branch, _) => branch.StepAsync((_, token) => isCoveredAsync(token))),
            ],
            "checks");
        checks.ThrowIfError();
        return checks.GetResults().All(passed => passed);
        // </snippet parallel>
    }

    /// <summary>Branches with results of different types.</summary>
    public static async Task<string> CreateParallelAsync(IDurableContext context, Func<CancellationToken, Task<bool>> isEligibleAsync, Func<CancellationToken, Task<string>> findPolicyAsync)
    {
        // <snippet parallel-builder>
        await using var checks = context.CreateParallel("checks");
        var eligible = checks.BranchAsync("eligibility", (branch, _) => branch.StepAsync((_, token) => isEligibleAsync(token)));
        var policy = checks.BranchAsync("policy", (branch, _) => branch.StepAsync((_, token) => findPolicyAsync(token)));
        await checks.CompleteAsync();
        return await eligible ? $"covered by {await policy}" : "not covered";
        // </snippet parallel-builder>
    }

    /// <summary>A call of another function.</summary>
    public static async Task<string> InvokeAsync(IDurableContext context, string policy)
    {
        // <snippet invoke>
        try
        {
            return await context.InvokeAsync<string, string>("policy-criteria", policy, "criteria");
        }
        catch (InvokeFailedException error)
        {
            return $"no criteria: {error.ErrorType}";
        }
        // </snippet invoke>
    }

    /// <summary>A race whose winner is recorded.</summary>
    public static async Task<string> RaceAsync(IDurableContext context, Task<string> webhook, Task<string> polling)
    {
        // <snippet race>
        var decision = await context.FirstSuccessfulAsync("decision", webhook, polling);
        // </snippet race>
        return decision;
    }

    /// <summary>A group that is run again as a whole.</summary>
    public static async Task<string> RetryGroupAsync(IDurableContext context, Func<CancellationToken, Task<string>> reserveAsync, Func<string, CancellationToken, Task<string>> confirmAsync)
    {
        // <snippet group-retry>
        return await context.RunWithRetryAsync(
            async (group, attempt, _) =>
            {
                var reservation = await group.StepAsync((_, token) => reserveAsync(token), "reserve");
                return await group.StepAsync((_, token) => confirmAsync(reservation, token), "confirm");
            },
            "booking",
            RetryStrategy.Exponential(maxAttempts: 3));
        // </snippet group-retry>
    }
}
