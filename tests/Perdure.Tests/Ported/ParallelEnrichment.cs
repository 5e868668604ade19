// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Several sources at once; what is missing is left out.</summary>
public sealed class ParallelEnrichment(World world)
{
    public async Task<string> Workflow(string customer, IDurableContext context)
    {
        var once = new StepConfig { RetryStrategy = RetryStrategy.None };
        IBatchResult<string> found = await context.ParallelAsync(
            [
                new DurableBranch<string>("profile", async (branch, _) => await branch.StepAsync(async (_, ct) => await world.CallAsync($"profile {customer}", ct), "fetch", once)),
                new DurableBranch<string>("orders", async (branch, _) => await branch.StepAsync(async (_, ct) => await world.CallAsync($"orders {customer}", ct), "fetch", once)),
                new DurableBranch<string>("score", async (branch, _) => await branch.StepAsync(async (_, ct) => await world.CallAsync($"score {customer}", ct), "fetch", once)),
            ],
            "enrich",
            new ParallelConfig { CompletionConfig = CompletionConfig.AllCompleted() });
        return string.Join(", ", found.All.Select(item => item.Status == BatchItemStatus.Succeeded ? item.Result : $"no {item.Name}"));
    }
}
