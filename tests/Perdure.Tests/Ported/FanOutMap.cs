// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>The same for every item, a few at a time; one may fail.</summary>
public sealed class FanOutMap(World world)
{
    public sealed record Summary(int Succeeded, IReadOnlyList<string?> Failed, CompletionReason Reason);

    public async Task<Summary> Workflow(IReadOnlyList<string> files, IDurableContext context)
    {
        var batch = await context.MapAsync<string, string>(
            files,
            async (item, file, _, _, _) => await item.StepAsync(
                async (_, ct) => await world.CallAsync($"convert {file}", ct), "convert", new StepConfig { RetryStrategy = RetryStrategy.None }),
            "convert-files",
            new MapConfig<string>
            {
                MaxConcurrency = 2,
                ItemNamer = (file, index) => $"{index}-{file}",
                CompletionConfig = new CompletionConfig { ToleratedFailureCount = 1 },
            });
        if (batch.CompletionReason == CompletionReason.FailureToleranceExceeded) batch.ThrowIfError();
        return new Summary(batch.SuccessCount, [.. batch.Failed.Select(item => item.Name)], batch.CompletionReason);
    }
}
