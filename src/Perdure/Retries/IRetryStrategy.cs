namespace Perdure;

/// <summary>Decides whether a failed attempt is followed by another.</summary>
public interface IRetryStrategy
{
    /// <summary>The decision about one failure.</summary>
    /// <param name="exception">What the attempt threw.</param>
    /// <param name="attemptNumber">The attempt that failed, from 1.</param>
    RetryDecision ShouldRetry(Exception exception, int attemptNumber);
}

/// <summary>Whether to try again, and when.</summary>
public readonly struct RetryDecision : IEquatable<RetryDecision>
{
    private RetryDecision(bool shouldRetry, TimeSpan delay)
    {
        ShouldRetry = shouldRetry;
        Delay = delay;
    }

    /// <summary>Whether another attempt follows.</summary>
    public bool ShouldRetry { get; }

    /// <summary>How long to wait before it. Recorded in whole seconds, rounded up, at least 1.</summary>
    public TimeSpan Delay { get; }

    /// <summary>The failure stands.</summary>
    public static RetryDecision DoNotRetry() => new(false, TimeSpan.Zero);

    /// <summary>Another attempt after <paramref name="delay"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static RetryDecision RetryAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new(true, delay);
    }

    /// <inheritdoc/>
    public bool Equals(RetryDecision other) => ShouldRetry == other.ShouldRetry && Delay == other.Delay;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RetryDecision other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ShouldRetry, Delay);

    /// <summary>Equality of members.</summary>
    public static bool operator ==(RetryDecision left, RetryDecision right) => left.Equals(right);

    /// <summary>Inequality of members.</summary>
    public static bool operator !=(RetryDecision left, RetryDecision right) => !left.Equals(right);
}

/// <summary>How delays are spread so that many failures do not come back at once.</summary>
public enum JitterStrategy
{
    /// <summary>The computed delay.</summary>
    None,

    /// <summary>Anything from nothing to the computed delay.</summary>
    Full,

    /// <summary>Half of the computed delay, plus anything up to the other half.</summary>
    Half,
}
