// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>A charge that must not be made twice: an interruption is for a person to look at.</summary>
public sealed class AtMostOnceCharge(World world)
{
    public async Task<string> Workflow(decimal amount, IDurableContext context)
    {
        try
        {
            return await context.StepAsync(
                async (_, ct) => await world.CallAsync($"charge {amount}", ct),
                "charge",
                new StepConfig { Semantics = StepSemantics.AtMostOncePerRetry, RetryStrategy = RetryStrategy.None });
        }
        catch (StepInterruptedException)
        {
            await context.StepAsync(async (_, ct) => { await world.CallAsync("alert operations", ct); }, "alert");
            return "unknown";
        }
    }
}
