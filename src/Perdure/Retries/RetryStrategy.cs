using System.Text.RegularExpressions;
using Perdure.Retries;

namespace Perdure;

/// <summary>The built-in retry strategies.</summary>
public static class RetryStrategy
{
    /// <summary>6 attempts; 5 s, doubling, at most 60 s; full jitter. What a step without a strategy gets, unless the host's default was changed.</summary>
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
    /// <param name="retryableExceptions">Failures of these types, or of derived ones, are retried.</param>
    /// <param name="retryableMessagePatterns">Failures whose message matches one of these regular expressions are retried.</param>
    /// <remarks>With both lists a failure that matches either is retried; with neither, or with empty ones, every failure is.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number or duration is out of range.</exception>
    /// <exception cref="ArgumentException">A type is not one of exceptions, or a pattern is no regular expression.</exception>
    public static IRetryStrategy Exponential(
        int maxAttempts = 3,
        TimeSpan? initialDelay = null,
        TimeSpan? maxDelay = null,
        double backoffRate = 2.0,
        JitterStrategy jitter = JitterStrategy.Full,
        Type[]? retryableExceptions = null,
        string[]? retryableMessagePatterns = null)
    {
        return new ExponentialRetry(
            Validate.Attempts(maxAttempts),
            new Backoff(initialDelay ?? TimeSpan.FromSeconds(5), maxDelay ?? TimeSpan.FromSeconds(300), backoffRate, jitter),
            [.. (retryableExceptions ?? []).Select(RequireException)],
            [.. (retryableMessagePatterns ?? []).Select(RequirePattern)]);
    }

    private static Type RequireException(Type? type, int index) => type?.IsAssignableTo(typeof(Exception)) == true
        ? type
        : throw Validate.Wrong($"retryableExceptions[{index}]", type?.ToString() ?? "null", "a type of exceptions");

    private static Regex RequirePattern(string? pattern, int index)
    {
        try
        {
            return new Regex(pattern!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)); // it refuses null itself
        }
        catch (ArgumentException error)
        {
            throw Validate.Wrong($"retryableMessagePatterns[{index}]", $"'{pattern ?? "null"}'", $"a regular expression: {error.Message}");
        }
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
