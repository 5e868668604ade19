// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Only some failures are worth another attempt.</summary>
public sealed class RetryByType(World world)
{
    public async Task<string> Workflow(string url, IDurableContext context)
    {
        try
        {
            return await context.StepAsync(
                async (step, ct) => $"{await world.CallAsync($"get {url}", ct)} at attempt {step.AttemptNumber}",
                "fetch",
                new StepConfig
                {
                    RetryStrategy = RetryStrategy.Exponential(
                        maxAttempts: 5,
                        initialDelay: TimeSpan.FromSeconds(1),
                        maxDelay: TimeSpan.FromSeconds(30),
                        backoffRate: 2.0,
                        jitter: JitterStrategy.Half,
                        retryableExceptions: [typeof(HttpRequestException), typeof(TimeoutException)]),
                });
        }
        catch (StepException error)
        {
            return $"gave up: {error.Message}";
        }
    }
}
