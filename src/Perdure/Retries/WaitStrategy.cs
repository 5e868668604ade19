using Perdure.Retries;

namespace Perdure;

/// <summary>Decides after each check of a condition whether to check again.</summary>
public interface IWaitStrategy<TState>
{
    /// <summary>The decision about one check.</summary>
    /// <param name="state">What the check returned.</param>
    /// <param name="attemptNumber">The check, from 1.</param>
    /// <exception cref="WaitForConditionException">Thrown to give up.</exception>
    WaitDecision Decide(TState state, int attemptNumber);
}

/// <summary>Whether to check again, and when.</summary>
public readonly record struct WaitDecision
{
    /// <summary>Whether another check follows.</summary>
    public bool ShouldContinue { get; private init; }

    /// <summary>How long to wait before it. Recorded in whole seconds, rounded up, at least 1.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>The condition is met.</summary>
    public static WaitDecision Stop() => default;

    /// <summary>Another check after <paramref name="delay"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public static WaitDecision ContinueAfter(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new WaitDecision { ShouldContinue = true, Delay = delay };
    }
}

/// <summary>The built-in wait strategies. Whether the condition is met is decided before whether the attempts are used up.</summary>
public static class WaitStrategy
{
    /// <summary>Growing delays.</summary>
    /// <param name="maxAttempts">Checks before giving up; at least 1.</param>
    /// <param name="initialDelay">After the first check. Default 5 s.</param>
    /// <param name="maxDelay">At most this long. Default 300 s.</param>
    /// <param name="backoffRate">How much longer each delay is than the last; at least 1.</param>
    /// <param name="jitter">How delays are spread.</param>
    /// <param name="isDone">Whether the condition is met. Null: never; only the attempts end the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or duration is out of range.</exception>
    public static IWaitStrategy<TState> Exponential<TState>(
        int maxAttempts = 60,
        TimeSpan? initialDelay = null,
        TimeSpan? maxDelay = null,
        double backoffRate = 1.5,
        JitterStrategy jitter = JitterStrategy.Full,
        Func<TState, bool>? isDone = null)
    {
        var backoff = new Backoff(initialDelay ?? TimeSpan.FromSeconds(5), maxDelay ?? TimeSpan.FromSeconds(300), backoffRate, jitter);
        return new Strategy<TState>(Validate.Attempts(maxAttempts), isDone, backoff.After);
    }

    /// <summary>Delays that grow by a fixed amount.</summary>
    /// <param name="maxAttempts">Checks before giving up; at least 1.</param>
    /// <param name="initialDelay">After the first check. Default 5 s.</param>
    /// <param name="increment">How much longer each delay is than the last. Default 5 s.</param>
    /// <param name="maxDelay">At most this long. Null: no cap.</param>
    /// <param name="isDone">Whether the condition is met.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or duration is out of range.</exception>
    public static IWaitStrategy<TState> Linear<TState>(
        int maxAttempts = 60, TimeSpan? initialDelay = null, TimeSpan? increment = null, TimeSpan? maxDelay = null, Func<TState, bool>? isDone = null)
    {
        var initial = Validate.NotNegative(initialDelay ?? TimeSpan.FromSeconds(5), nameof(initialDelay));
        var step = Validate.NotNegative(increment ?? TimeSpan.FromSeconds(5), nameof(increment));
        var cap = Validate.NotNegative(maxDelay ?? TimeSpan.MaxValue, nameof(maxDelay));
        return new Strategy<TState>(Validate.Attempts(maxAttempts), isDone, (attempt, _) =>
        {
            var delay = initial + (step * (attempt - 1));
            return delay > cap ? cap : delay;
        });
    }

    /// <summary>The same delay each time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number or duration is out of range.</exception>
    public static IWaitStrategy<TState> Fixed<TState>(TimeSpan delay, int maxAttempts = 60, Func<TState, bool>? isDone = null)
    {
        Validate.NotNegative(delay, nameof(delay));
        return new Strategy<TState>(Validate.Attempts(maxAttempts), isDone, (_, _) => delay);
    }

    /// <summary>A strategy of your own. It runs once per check, live only; what it decides is recorded.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="decide"/> is null.</exception>
    public static IWaitStrategy<TState> FromDelegate<TState>(Func<TState, int, WaitDecision> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new DelegateWait<TState>(decide);
    }

    private sealed class DelegateWait<TState>(Func<TState, int, WaitDecision> decide) : IWaitStrategy<TState>
    {
        public WaitDecision Decide(TState state, int attemptNumber) => decide(state, attemptNumber);
    }

    private sealed class Strategy<TState>(int maxAttempts, Func<TState, bool>? isDone, Func<int, Random, TimeSpan> delayAfter)
        : IWaitStrategy<TState>, IJitteredWait<TState>
    {
        public WaitDecision Decide(TState state, int attemptNumber) => Decide(state, attemptNumber, Random.Shared);

        public WaitDecision Decide(TState state, int attemptNumber, Random random)
        {
            if (isDone?.Invoke(state) == true) return WaitDecision.Stop();
            if (attemptNumber >= maxAttempts)
            {
                throw new WaitForConditionException($"WaitForCondition exceeded maximum attempts ({maxAttempts}).")
                {
                    AttemptsExhausted = attemptNumber,
                    LastState = state,
                };
            }

            return WaitDecision.ContinueAfter(delayAfter(attemptNumber, random));
        }
    }
}
