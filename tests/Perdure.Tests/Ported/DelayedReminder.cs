// In AWS: using Amazon.Lambda.DurableExecution;
using Microsoft.Extensions.Logging;
using Perdure;

namespace Ported;

/// <summary>Pauses, steps without a result, and lines that are written once.</summary>
public sealed class DelayedReminder(World world)
{
    public async Task<int> Workflow(string customer, IDurableContext context)
    {
        context.ConfigureLogger(new LoggerConfig { ModeAware = true });
        context.Logger.LogInformation("Trial of {Customer} in {Execution}", customer, context.ExecutionContext.DurableExecutionArn);
        var sent = 0;
        foreach (var day in new[] { 1, 7, 30 })
        {
            await context.WaitAsync(TimeSpan.FromDays(day), $"day-{day}");
            await context.StepAsync(
                async (step, ct) =>
                {
                    step.Logger.LogInformation("Reminder in attempt {Attempt}", step.AttemptNumber);
                    await world.CallAsync($"mail {customer} {day}", ct);
                },
                $"remind-{day}");
            sent++;
        }

        return sent;
    }
}
