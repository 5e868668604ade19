using static Perdure.Conformance.Handlers.Parallel.ParallelFunctions;

namespace Perdure.Conformance.Handlers.Parallel;

/// <summary>When a parallel is over, and what it came to.</summary>
internal static class CompletionPolicies
{
    private static readonly CompletionConfig FailFast = new() { ToleratedFailureCount = 0 };
    private static readonly CompletionConfig OneFailure = new() { ToleratedFailureCount = 1 };
    private static readonly CompletionConfig AQuarter = new() { ToleratedFailurePercentage = 0.25 };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("8-6", context => OutcomeAsync(context, "failfast", FailFast, Return("ok"), Fail, Return("never")))
        .Add("8-7", async context => (await context.InOrderAsync("throwing", FailFast, Fail, Return("never"))).ThrowIfError())
        .Add("8-8", async context =>
        {
            var result = await context.InOrderAsync("min-successful", new CompletionConfig { MinSuccessful = 2 }, Return("a"), Return("b"), Return("c"), Return("d"));
            return new { CompletionReason = WireWord.Of(result.CompletionReason), result.SuccessCount, result.TotalCount };
        })
        .Add("8-9", context => OutcomeAsync(context, "tolerated", OneFailure, Return("a"), Fail, Return("c")))
        .Add("8-10", context => CountsAsync(context, "tolerated-exceeded", OneFailure, Fail, Fail, Return("never")))
        .Add("8-13", context => CountsAsync(context, "tolerated-pct", AQuarter, Fail, Fail, Return("never"), Return("never")))
        .Add("8-16", context => OutcomeAsync(context, "all-fail", new CompletionConfig { ToleratedFailureCount = 3 }, Fail, Fail, Fail))
        .Add("8-17", context => OutcomeAsync(context, "min-not-reached", new CompletionConfig { MinSuccessful = 3 }, Return("a"), Fail, Return("c")))
        .Add("8-18", context => CountsAsync(
            context, "combined", new CompletionConfig { MinSuccessful = 3, ToleratedFailureCount = 1 }, Fail, Fail, Return("never"), Return("never")))
        .Add("8-19", async context =>
        {
            await context.ParallelAsync<string>([Return("a"), Return("b")], "bad-concurrency", new ParallelConfig { MaxConcurrency = 0 });
        })
        .Add("8-20", async context =>
        {
            var result = await context.InOrderAsync("accessors", OneFailure, Return("a"), Fail, Return("c"));
            return new { result.HasFailure, SuccessCount = result.Succeeded.Count, FailureCount = result.Failed.Count, ErrorCount = result.GetErrors().Count };
        })
        .Add("8-22", context => OutcomeAsync(context, "pct-boundary", AQuarter, Fail, Return("b"), Return("c"), Return("d")));

    private static async Task<BatchOutcome> OutcomeAsync(
        IDurableContext context, string name, CompletionConfig completion, params Func<IDurableContext, CancellationToken, Task<string>>[] branches) =>
        BatchOutcome.Of(await context.InOrderAsync(name, completion, branches));

    private static async Task<BatchCounts> CountsAsync(
        IDurableContext context, string name, CompletionConfig completion, params Func<IDurableContext, CancellationToken, Task<string>>[] branches) =>
        BatchCounts.Of(await context.InOrderAsync(name, completion, branches));
}
