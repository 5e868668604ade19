namespace Perdure.Retries;

/// <summary>The delay before the next attempt: growth, a cap, and jitter.</summary>
internal sealed record Backoff(TimeSpan Initial, TimeSpan Max, double Rate, JitterStrategy Jitter)
{
    public TimeSpan After(int attempt, Random random)
    {
        var seconds = Math.Min(Initial.TotalSeconds * Math.Pow(Rate, attempt - 1), Max.TotalSeconds);
        var spread = Jitter switch
        {
            JitterStrategy.Full => random.NextDouble() * seconds,
            JitterStrategy.Half => (seconds / 2) + (random.NextDouble() * seconds / 2),
            _ => seconds,
        };
        return TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(spread)));
    }
}

/// <summary>A strategy that takes its randomness from the caller, so that jitter is a function of the execution and of nothing else.</summary>
internal interface IJitteredRetry
{
    RetryDecision ShouldRetry(Exception exception, int attemptNumber, Random random);
}

/// <inheritdoc cref="IJitteredRetry"/>
internal interface IJitteredWait<TState>
{
    WaitDecision Decide(TState state, int attemptNumber, Random random);
}

internal static class JitterExtensions
{
    public static RetryDecision Decide(this IRetryStrategy strategy, Exception exception, int attempt, Random random) =>
        strategy is IJitteredRetry jittered ? jittered.ShouldRetry(exception, attempt, random) : strategy.ShouldRetry(exception, attempt);

    public static WaitDecision Decide<TState>(this IWaitStrategy<TState> strategy, TState state, int attempt, Random random) =>
        strategy is IJitteredWait<TState> jittered ? jittered.Decide(state, attempt, random) : strategy.Decide(state, attempt);
}
