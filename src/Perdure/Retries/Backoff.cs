using System.Globalization;
using Perdure.Protocol;

namespace Perdure.Retries;

/// <summary>The delay before the next attempt: growth, a cap, and jitter.</summary>
internal sealed class Backoff(TimeSpan initialDelay, TimeSpan maxDelay, double backoffRate, JitterStrategy jitter)
{
    private readonly double _initial = Validate.NotNegative(initialDelay, nameof(initialDelay)).TotalSeconds;
    private readonly double _max = Math.Min(Validate.NotNegative(maxDelay, nameof(maxDelay)).TotalSeconds, PerdureLimits.MaxDurationSeconds);
    private readonly double _rate = Validate.Rate(backoffRate);
    private readonly JitterStrategy _jitter = Validate.Jitter(jitter);

    public TimeSpan After(int attempt, Random random)
    {
        var growth = Math.Min(Math.Pow(_rate, attempt - 1), double.MaxValue); // so that an initial delay of nothing stays that
        var seconds = Math.Min(_initial * growth, _max);
        var spread = _jitter switch
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

/// <summary>Arguments of strategies, refused by field and value where the strategy is made.</summary>
internal static class Validate
{
    public static int Attempts(int maxAttempts) => maxAttempts >= 1 ? maxAttempts : throw OutOfRange(nameof(maxAttempts), maxAttempts, "at least 1");

    public static TimeSpan NotNegative(TimeSpan value, string field) => value >= TimeSpan.Zero ? value : throw OutOfRange(field, value, "zero or more");

    public static double Rate(double backoffRate) =>
        double.IsFinite(backoffRate) && backoffRate >= 1 ? backoffRate : throw OutOfRange(nameof(backoffRate), backoffRate, "a number of at least 1");

    public static JitterStrategy Jitter(JitterStrategy jitter) => Enum.IsDefined(jitter) ? jitter : throw OutOfRange(nameof(jitter), jitter, "None, Full or Half");

    public static ArgumentException Wrong(string field, string value, string allowed) => new($"{field} is {value}; it must be {allowed}.", field);

    private static ArgumentOutOfRangeException OutOfRange<T>(string field, T value, string allowed) =>
        new(field, value, string.Create(CultureInfo.InvariantCulture, $"{field} is {value}; it must be {allowed}."));
}
