// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>The first answers are enough.</summary>
public sealed class QuorumBatch(World world)
{
    public async Task<string> Workflow(IReadOnlyList<string> reviewers, IDurableContext context)
    {
        var reviews = await context.MapAsync<string, string>(
            reviewers,
            async (item, reviewer, index, all, _) =>
            {
                await item.WaitAsync(TimeSpan.FromHours(all.Count - index), "think");
                return await item.StepAsync(async (_, ct) => await world.CallAsync($"review by {reviewer}", ct), "review");
            },
            "reviews",
            new MapConfig<string> { CompletionConfig = new CompletionConfig { MinSuccessful = 2 } });
        return reviews.CompletionReason == CompletionReason.MinSuccessfulReached
            ? $"{string.Join(", ", reviews.GetResults())}; {reviews.StartedCount} not waited for"
            : "no quorum";
    }
}
