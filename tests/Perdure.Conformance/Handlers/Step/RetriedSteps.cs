using System.Collections.Concurrent;

namespace Perdure.Conformance.Handlers.Step;

/// <summary>Steps that are tried again.</summary>
internal static class RetriedSteps
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>How often an execution has tried: kept outside of it, as a table would be.</summary>
    private static readonly ConcurrentDictionary<string, int> Tries = new();

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("1-11", context => context.StepAsync(
            (step, _) => step.AttemptNumber == 1 ? throw new InvalidOperationException("unreliable") : Task.FromResult("Operation succeeded"),
            config: Retry(2)))
        .Add("1-12", context => context.StepAsync((_, _) => throw new InvalidOperationException("always"), config: Retry(4)))
        .Add("1-13", context => context.StepAsync((step, _) => step.AttemptNumber < 3 ? throw new InvalidOperationException("unreliable") : Task.CompletedTask))
        .Add("1-14", context => context.StepAsync(
            (_, _) => Tries.AddOrUpdate(context.ExecutionContext.DurableExecutionArn, 1, static (_, tries) => tries + 1) < 3
                ? throw new InvalidOperationException("unreliable")
                : Task.CompletedTask,
            config: new StepConfig
            {
                RetryStrategy = RetryStrategy.Exponential(maxAttempts: 5, initialDelay: 2 * Second, backoffRate: 3, jitter: JitterStrategy.None),
            }))
        .Add("1-15", context => context.StepAsync(
            (step, _) => step.AttemptNumber == 1 ? throw new TransientException() : Task.CompletedTask,
            config: new StepConfig
            {
                RetryStrategy = RetryStrategy.Exponential(initialDelay: Second, jitter: JitterStrategy.None, retryableExceptions: [typeof(TransientException)]),
            }))
        .Add("1-16", context => context.StepAsync(
            (_, _) => throw new TransientException(),
            config: new StepConfig
            {
                RetryStrategy = RetryStrategy.FromDelegate(static (error, _) => error is TransientException ? RetryDecision.DoNotRetry() : RetryDecision.RetryAfter(Second)),
            }));

    private static StepConfig Retry(int maxAttempts) => new()
    {
        RetryStrategy = RetryStrategy.Exponential(maxAttempts, Second, backoffRate: 1, jitter: JitterStrategy.None),
    };

    [DurableError("TransientError")]
    private sealed class TransientException() : Exception("It passes.");
}
