namespace Perdure.Tests.Rules;

/// <summary>What strategies refuse when they are made: a mistake in one must not wait for the first failure to show.</summary>
public class RetryRules
{
    public static TheoryData<string, Func<object>> Mistakes => new()
    {
        { "maxAttempts is 0; it must be at least 1", static () => RetryStrategy.Exponential(maxAttempts: 0) },
        { "initialDelay is -00:00:01; it must be zero or more", static () => RetryStrategy.Exponential(initialDelay: TimeSpan.FromSeconds(-1)) },
        { "maxDelay is -00:00:01; it must be zero or more", static () => RetryStrategy.Exponential(maxDelay: TimeSpan.FromSeconds(-1)) },
        { "backoffRate is 0.5; it must be a number of at least 1", static () => RetryStrategy.Exponential(backoffRate: 0.5) },
        { "backoffRate is NaN; it must be a number of at least 1", static () => RetryStrategy.Exponential(backoffRate: double.NaN) },
        { "backoffRate is Infinity; it must be a number of at least 1", static () => RetryStrategy.Exponential(backoffRate: double.PositiveInfinity) },
        { "jitter is 7; it must be None, Full or Half", static () => RetryStrategy.Exponential(jitter: (JitterStrategy)7) },
        { "retryableExceptions[0] is System.String; it must be a type of exceptions", static () => RetryStrategy.Exponential(retryableExceptions: [typeof(string)]) },
        { "retryableExceptions[1] is null; it must be a type of exceptions", static () => RetryStrategy.Exponential(retryableExceptions: [typeof(IOException), null!]) },
        { "retryableMessagePatterns[0] is '('; it must be a regular expression", static () => RetryStrategy.Exponential(retryableMessagePatterns: ["("]) },
        { "retryableMessagePatterns[0] is 'null'; it must be a regular expression", static () => RetryStrategy.Exponential(retryableMessagePatterns: [null!]) },
        { "maxAttempts is 0; it must be at least 1", static () => WaitStrategy.Fixed<int>(TimeSpan.Zero, maxAttempts: 0) },
        { "delay is -00:00:01; it must be zero or more", static () => WaitStrategy.Fixed<int>(TimeSpan.FromSeconds(-1)) },
        { "maxDelay is -00:00:01; it must be zero or more", static () => WaitStrategy.Exponential<int>(maxDelay: TimeSpan.FromSeconds(-1)) },
        { "increment is -00:00:01; it must be zero or more", static () => WaitStrategy.Linear<int>(increment: TimeSpan.FromSeconds(-1)) },
        { "maxDelay is -00:00:01; it must be zero or more", static () => WaitStrategy.Linear<int>(maxDelay: TimeSpan.FromSeconds(-1)) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_refused_by_field_and_value(string message, Func<object> make) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(make).Message);

    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(1, 0, 2.0)]
    [InlineData(0, 5, 100.0)]
    public void A_delay_of_zero_is_allowed_and_recorded_as_one_second(int initial, int max, double rate) => Assert.Equal(
        TimeSpan.FromSeconds(1),
        RetryStrategy.Exponential(5, TimeSpan.FromSeconds(initial), TimeSpan.FromSeconds(max), rate).ShouldRetry(new IOException(), 1).Delay);
}
