namespace Perdure.Conformance.Handlers.Map;

/// <summary>When a map is over, and what it came to.</summary>
internal static class CompletionPolicies
{
    private static readonly CompletionConfig FailFast = new() { ToleratedFailureCount = 0 };
    private static readonly CompletionConfig OneFailure = new() { ToleratedFailureCount = 1 };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("9-5", async context => BatchOutcome.Of(await MapAsync(context, "failfast", FailFast, "ok", "fail", "never")))
        .Add("9-6", async context => (await MapAsync(context, "throwing", FailFast, "fail", "never")).ThrowIfError())
        .Add("9-7", async context =>
        {
            var result = await MapAsync(context, "min-successful", new CompletionConfig { MinSuccessful = 2 }, "a", "b", "c", "d");
            return new { CompletionReason = WireWord.Of(result.CompletionReason), result.SuccessCount, result.TotalCount };
        })
        .Add("9-8", async context => BatchOutcome.Of(await MapAsync(context, "tolerated", OneFailure, "a", "fail", "c")))
        .Add("9-9", async context => BatchCounts.Of(await MapAsync(context, "tolerated-exceeded", OneFailure, "fail", "fail", "never")))
        .Add("9-10", async context => BatchCounts.Of(await MapAsync(
            context, "tolerated-pct", new CompletionConfig { ToleratedFailurePercentage = 0.25 }, "fail", "fail", "never", "never")));

    private static Task<IBatchResult<string>> MapAsync(IDurableContext context, string name, CompletionConfig completion, params string[] items) =>
        context.MapAsync<string, string>(items, MapFunctions.FailOrReturnAsync, name, new MapConfig<string> { MaxConcurrency = 1, CompletionConfig = completion });
}
