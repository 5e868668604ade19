using System.Net;

namespace Perdure.Snippets;

/// <summary>Retries by a rule, and effects with keys.</summary>
public static class Steps
{
    /// <summary>A strategy that looks at the error.</summary>
    public static async Task<string> DecideAsync(IDurableContext context, Func<CancellationToken, Task<string>> downloadAsync)
    {
        // <snippet step-decide>
        return await context.StepAsync(
            (_, token) => downloadAsync(token),
            "download",
            new StepConfig
            {
                RetryStrategy = RetryStrategy.FromDelegate((error, attempt) => error switch
                {
                    HttpRequestException { StatusCode: HttpStatusCode.NotFound } => RetryDecision.DoNotRetry(),
                    _ when attempt == 100 => RetryDecision.DoNotRetry(),
                    _ => RetryDecision.RetryAfter(TimeSpan.FromHours(1)),
                }),
            });
        // </snippet step-decide>
    }

    /// <summary>Two effects in one body.</summary>
    public static async Task TransferAsync(
        IDurableContext context, decimal amount, Func<decimal, string, CancellationToken, Task> debitAsync, Func<decimal, string, CancellationToken, Task> creditAsync)
    {
        // <snippet step-keys>
        await context.StepAsync(
            async (step, token) =>
            {
                await debitAsync(amount, step.GetIdempotencyKey("debit"), token);
                await creditAsync(amount, step.GetIdempotencyKey("credit"), token);
            },
            "transfer");
        // </snippet step-keys>
    }

    /// <summary>A body that may hang, or take its process down.</summary>
    public static async Task<string> RenderAsync(IDurableContext context, Func<bool, CancellationToken, Task<string>> renderAsync)
    {
        // <snippet step-limits>
        return await context.StepAsync(
            (step, token) => renderAsync(step.InterruptionCount > 0, token), // a smaller picture, if the last one took the process down
            "render",
            new StepConfig { Timeout = TimeSpan.FromMinutes(10), MaxInterruptions = 2 });
        // </snippet step-limits>
    }
}
