namespace Perdure;

/// <summary>How a step behaves.</summary>
public sealed class StepConfig
{
    internal static readonly StepConfig Default = new();

    /// <summary>Whether and when to try again. Null: the host's default (6 attempts, 5 s doubling to 60 s, full jitter).</summary>
    public IRetryStrategy? RetryStrategy { get; init; }

    /// <summary>What a crash in the middle of a body means. Default <see cref="StepSemantics.AtLeastOncePerRetry"/>.</summary>
    public StepSemantics Semantics { get; init; } = StepSemantics.AtLeastOncePerRetry;

    /// <summary>A body that runs once or not at all: durable START, no retry of an interruption or of anything else.</summary>
    /// <remarks>
    /// <see cref="StepSemantics.AtMostOncePerRetry"/> alone is not that: with a retry strategy an interrupted attempt is followed by another.
    /// </remarks>
    /// <param name="key">See <see cref="Key"/>.</param>
    public static StepConfig AtMostOnce(string? key = null) =>
        new() { Semantics = StepSemantics.AtMostOncePerRetry, RetryStrategy = Perdure.RetryStrategy.None, Key = key };

    /// <summary>Writes and reads this step's result. Null: the host's serializer.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the operation instead of its position, so that code around it can be reordered while executions run. Null: its position.</summary>
    /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
    public string? Key { get; init; }
}

/// <summary>What a crash in the middle of a step's body means.</summary>
public enum StepSemantics
{
    /// <summary>The body runs again in the same attempt.</summary>
    AtLeastOncePerRetry,

    /// <summary>The attempt has failed with <see cref="StepInterruptedException"/>; the retry strategy decides on another one.</summary>
    AtMostOncePerRetry,
}

/// <summary>What a step body is given.</summary>
public interface IStepContext
{
    /// <summary>A logger that names the operation and the attempt.</summary>
    Microsoft.Extensions.Logging.ILogger Logger { get; }

    /// <summary>The running attempt, from 1.</summary>
    int AttemptNumber { get; }

    /// <summary>The operation's id. The same in every execution: never use it as a key; see <see cref="IdempotencyKey"/>.</summary>
    string OperationId { get; }

    /// <summary>43 characters, the same on every attempt and after every crash, different for every execution and operation.</summary>
    string IdempotencyKey { get; }

    /// <summary>A further key for a body with several effects.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="purpose"/> is null.</exception>
    string GetIdempotencyKey(string purpose);
}
