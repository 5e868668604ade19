// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Regions side by side, and in each its shops.</summary>
public sealed class NestedParallel(World world)
{
    public async Task<int> Workflow(IReadOnlyList<string> regions, IDurableContext context)
    {
        List<Func<IDurableContext, CancellationToken, Task<int>>> branches = [];
        foreach (var region in regions)
        {
            branches.Add(async (outer, _) =>
            {
                var shops = await outer.ParallelAsync<int>(
                    [
                        async (inner, _) => (await inner.StepAsync(async (_, ct) => await world.CallAsync($"count {region} north", ct), "count")).Length,
                        async (inner, _) =>
                        {
                            await inner.WaitAsync(TimeSpan.FromHours(1), "until-closing");
                            return (await inner.StepAsync(async (_, ct) => await world.CallAsync($"count {region} south", ct), "count")).Length;
                        },
                    ],
                    "shops",
                    new ParallelConfig { NestingType = NestingType.Flat });
                return shops.GetResults().Sum();
            });
        }

        var all = await context.ParallelAsync(branches, "regions", new ParallelConfig { MaxConcurrency = 2, CompletionConfig = CompletionConfig.AllSuccessful() });
        all.ThrowIfError();
        return all.GetResults().Sum();
    }
}
