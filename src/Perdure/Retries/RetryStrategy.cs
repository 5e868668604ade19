using System.Text.RegularExpressions;
using Perdure.Retries;

namespace Perdure;

/// <summary>The built-in retry strategies.</summary>
public static class RetryStrategy
{
    /// <summary>6 attempts; 5 s, doubling, at most 60 s; full jitter. What a step without a strategy gets.</summary>
    public static IRetryStrategy Default { get; } = Exponential(6, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));

    /// <summary>3 attempts; 1 s, doubling, at most 5 s; half jitter. For short hiccups.</summary>
    public static IRetryStrategy Transient { get; } =
        Exponential(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), jitter: JitterStrategy.Half);

    /// <summary>One attempt.</summary>
    public static IRetryStrategy None { get; } = FromDelegate(static (_, _) => RetryDecision.DoNotRetry());

    /// <summary>Growing delays.</summary>
    /// <param name="maxAttempts">All attempts, the first included; at least 1.</param>
    /// <param name="initialDelay">Before the second attempt. Default 5 s.</param>
    /// <param name="maxDelay">At most this long. Default 300 s.</param>
    /// <param name="backoffRate">How much longer each delay is than the last; at least 1.</param>
    /// <param name="jitter">How delays are spread.</param>
    /// <param name="retryableExceptions">Only failures of these types, or derived ones, are retried. Null or empty: all.</param>
    /// <param name="retryableMessagePatterns">Only failures whose message matches one of these regular expressions are retried. Null or empty: all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or duration is out of range.</exception>
    public static IRetryStrategy Exponential(
        int maxAttempts = 3,
        TimeSpan? initialDelay = null,
        TimeSpan? maxDelay = null,
        double backoffRate = 2.0,
        JitterStrategy jitter = JitterStrategy.Full,
        Type[]? retryableExceptions = null,
        string[]? retryableMessagePatterns = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffRate, 1);
        var initial = initialDelay ?? TimeSpan.FromSeconds(5);
        ArgumentOutOfRangeException.ThrowIfLessThan(initial, TimeSpan.Zero, nameof(initialDelay));
        return new ExponentialRetry(
            maxAttempts,
            new Backoff(initial, maxDelay ?? TimeSpan.FromSeconds(300), backoffRate, jitter),
            retryableExceptions ?? [],
            [.. (retryableMessagePatterns ?? []).Select(static pattern => new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))]);
    }

    /// <summary>A strategy of your own. It runs once per failure, live only; what it decides is recorded.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="decide"/> is null.</exception>
    public static IRetryStrategy FromDelegate(Func<Exception, int, RetryDecision> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new DelegateRetry(decide);
    }

    private sealed class DelegateRetry(Func<Exception, int, RetryDecision> decide) : IRetryStrategy
    {
        public RetryDecision ShouldRetry(Exception exception, int attemptNumber) => decide(exception, attemptNumber);
    }

    private sealed class ExponentialRetry(int maxAttempts, Backoff backoff, Type[] types, Regex[] messages) : IRetryStrategy, IJitteredRetry
    {
        public RetryDecision ShouldRetry(Exception exception, int attemptNumber) => ShouldRetry(exception, attemptNumber, Random.Shared);

        public RetryDecision ShouldRetry(Exception exception, int attemptNumber, Random random) =>
            attemptNumber < maxAttempts && IsRetryable(exception)
                ? RetryDecision.RetryAfter(backoff.After(attemptNumber, random))
                : RetryDecision.DoNotRetry();

        private bool IsRetryable(Exception exception)
        {
            if (types.Length == 0 && messages.Length == 0) return true;
            return types.Any(type => type.IsInstanceOfType(exception)) || messages.Any(message => message.IsMatch(exception.Message));
        }
    }
}
