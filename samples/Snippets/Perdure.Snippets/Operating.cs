using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Snippets;

/// <summary>What operators do to executions, and how to watch them.</summary>
public static class Operating
{
    /// <summary>Holds an execution while something else is put right.</summary>
    public static async Task HoldAsync(IPerdureClient client, string arn, Func<Task> putRightAsync)
    {
        // <snippet pause>
        await client.PauseAsync(arn, "the payer's API is down", pauseExecutionTimeout: true);
        await putRightAsync();
        await client.ResumeAsync(arn, "it is back");
        // </snippet pause>
    }

    /// <summary>Lets everything run again that waits for an operator.</summary>
    public static async Task<int> UnparkAllAsync(IPerdureClient client)
    {
        // <snippet unpark>
        var released = 0;
        await foreach (var execution in client.ListAsync(new ExecutionFilter { Status = ExecutionStatus.Running }))
        {
            if (execution.Attention is ExecutionAttention.Parked or ExecutionAttention.Mismatched && await client.UnparkAsync(execution.Arn)) released++;
        }
        // </snippet unpark>
        return released;
    }

    /// <summary>A step that goes on where it was.</summary>
    public static Task<int> ImportAsync(IDurableContext context, int pages, Func<int, CancellationToken, Task> importPageAsync) =>
        // <snippet heartbeat>
        context.StepAsync(
            async (step, token) =>
            {
                // Of an attempt that failed, or of a process that ended in the middle.
                var page = step.TryGetLastHeartbeat<int>(out var done) ? done : 0;
                while (page < pages)
                {
                    await importPageAsync(page, token);
                    step.Heartbeat(++page);
                }

                return page;
            },
            "import",
            new StepConfig { Timeout = TimeSpan.FromHours(2), MaxInterruptions = 20 });
        // </snippet heartbeat>

    /// <summary>Registers an interceptor.</summary>
    public static void Watch(IServiceCollection services) =>
        // <snippet add-interceptor>
        services.AddPerdure().AddInterceptor<Spans>();
        // </snippet add-interceptor>
}

// <snippet interceptor>
/// <summary>A span per attempt, and the slow ones counted.</summary>
public sealed class Spans : IDurableInterceptor
{
    private static readonly ActivitySource Source = new("Orders");

    public async Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
    {
        using var span = Source.StartActivity($"{attempt.SubType} {attempt.Name}");
        span?.SetTag("durable.execution.arn", attempt.ExecutionArn).SetTag("durable.attempt.number", attempt.Number);
        await next();
    }

    public IEnumerable<KeyValuePair<string, object?>> EnrichLog(string executionArn) => [new("traceId", Activity.Current?.TraceId.ToString())];
}
// </snippet interceptor>
