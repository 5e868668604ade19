using System.Text.Json;
using static Perdure.Conformance.Handlers.Parallel.ParallelFunctions;

namespace Perdure.Conformance.Handlers.Parallel;

/// <summary>Branches that succeed: their names, results, nesting, serializers and order.</summary>
internal static class Branches
{
    private static readonly TextSerializer<string> Envelope = new(
        value => JsonSerializer.Serialize(new Wrapper(value), JsonSerializerOptions.Web),
        text => JsonSerializer.Deserialize<Wrapper>(text, JsonSerializerOptions.Web)?.Wrapped ?? throw new JsonException("The envelope is null."));

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("8-1", async context => (await context.InOrderAsync("parallel", null, StepOf("task-1"), StepOf("task-2"))).GetResults())
        .Add("8-2", async context => (await context.InOrderAsync(null, null, Return("alpha"), Return("beta"))).GetResults())
        .Add("8-3", async context => (await context.ParallelAsync(
            [new DurableBranch<string>("first", Return("one")), new DurableBranch<string>("second", Return("two"))],
            "named",
            new ParallelConfig { MaxConcurrency = 1 })).GetResults())
        .Add("8-4", async context =>
        {
            await using var branches = context.CreateParallel("hetero", new ParallelConfig { MaxConcurrency = 1 });
            var text = branches.BranchAsync("text", (_, _) => Task.FromResult("hello"));
            var number = branches.BranchAsync("number", (_, _) => Task.FromResult(42));
            var map = branches.BranchAsync("object", (_, _) => Task.FromResult(new Dictionary<string, string> { ["k"] = "v" }));
            await branches.CompleteAsync();
            return new object[] { await text, await number, await map };
        })
        .Add("8-5", async context => (await context.ParallelAsync(Array.Empty<DurableBranch<string>>(), "empty")).GetResults())
        .Add("8-11", async context => (await context.ParallelAsync<string>(
            [Return("r0"), Return("r1"), Return("r2")], "concurrent", new ParallelConfig { MaxConcurrency = 2 })).GetResults())
        .Add("8-12", async context => (await context.ParallelAsync<string>(
            [StepOf("fa"), StepOf("fb")], "flat", new ParallelConfig { MaxConcurrency = 1, NestingType = NestingType.Flat })).GetResults())
        .Add("8-14", async context => (await context.InOrderAsync("replay", null, StepOf("b0"), WaitAndReturnAsync)).GetResults())
        .Add("8-15", async context => (await context.ParallelAsync<string>(
            [Return("x"), Return("y")], "serde", new ParallelConfig { MaxConcurrency = 1, ItemSerializer = Envelope })).GetResults())
        .Add("8-21", async context => (await context.ParallelAsync(
            [new DurableBranch<IReadOnlyList<string>>("inner", async (branch, _) => (await branch.InOrderAsync("inner", null, StepOf("i1"), StepOf("i2"))).GetResults())],
            "outer",
            new ParallelConfig { MaxConcurrency = 1 })).GetResults());

    private static async Task<string> WaitAndReturnAsync(IDurableContext branch, CancellationToken cancellationToken)
    {
        await branch.WaitAsync(TimeSpan.FromSeconds(2), cancellationToken: cancellationToken);
        return "b1";
    }

    private sealed record Wrapper(string Wrapped);
}
