// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>A job elsewhere is asked until it is done.</summary>
public sealed class JobPolling(World world)
{
    public sealed record JobState(string Id, string Status);

    public async Task<string> Workflow(string jobId, IDurableContext context)
    {
        try
        {
            var done = await context.WaitForConditionAsync(
                async (state, check, ct) => state with { Status = await world.CallAsync($"status {state.Id} {check.AttemptNumber}", ct) },
                new WaitForConditionConfig<JobState>
                {
                    InitialState = new JobState(jobId, "SUBMITTED"),
                    WaitStrategy = WaitStrategy.Exponential<JobState>(
                        maxAttempts: 4, initialDelay: TimeSpan.FromSeconds(10), maxDelay: TimeSpan.FromMinutes(5), backoffRate: 2.0, jitter: JitterStrategy.None,
                        isDone: state => state.Status.EndsWith('3')),
                },
                "wait-for-job");
            return done.Status;
        }
        catch (WaitForConditionException error)
        {
            return $"gave up after {error.AttemptsExhausted}";
        }
    }
}
