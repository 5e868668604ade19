using Perdure.Conformance.Handlers.Child;

namespace Perdure.Conformance.Handlers.Map;

/// <summary>Maps across invocations: gone on with, or read back from the record, also by a serializer of the author's own.</summary>
internal static class ReplayedMaps
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("9-15", async context => (await context.MapAsync<string, string>(
            ["r0", "r1"],
            async (item, value, index, _, _) =>
            {
                if (index == 1) await item.WaitAsync(Second);
                return await item.EchoAsync(value);
            },
            "suspend",
            new MapConfig<string> { MaxConcurrency = 1 })).GetResults())
        .Add("9-17", async context =>
        {
            var result = await context.MapAsync<string, string>(["a", "b"], MapFunctions.UpperCaseAsync, "then-wait", new MapConfig<string> { MaxConcurrency = 1 });
            await context.WaitAsync(Second);
            return result.GetResults();
        })
        .Add("9-18", async context =>
        {
            var result = await context.MapAsync<string, string>(
                ["ok", "fail"],
                MapFunctions.FailOrReturnAsync,
                "fail-then-wait",
                new MapConfig<string> { MaxConcurrency = 1, CompletionConfig = new CompletionConfig { ToleratedFailureCount = 1 } });
            await context.WaitAsync(Second);
            return BatchOutcome.Of(result);
        })
        .Add("9-19", async context => (await MapJoinedAsync(context, "op-serde")).GetResults())
        .Add("9-20", async context =>
        {
            var result = await MapJoinedAsync(context, "op-serde-replay");
            await context.WaitAsync(Second);
            return result.GetResults();
        });

    private static Task<IBatchResult<string>> MapJoinedAsync(IDurableContext context, string name) => context.MapAsync<string, string>(
        ["x", "y"], MapFunctions.UpperCaseAsync, name, new MapConfig<string> { MaxConcurrency = 1, Serializer = JoinedResults.Serializer });
}
