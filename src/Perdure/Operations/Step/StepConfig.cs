namespace Perdure;

/// <summary>How a step behaves.</summary>
public sealed class StepConfig
{
    internal static readonly StepConfig Default = new();

    /// <summary>Whether and when to try again. Null: the host's default (6 attempts, 5 s doubling to 60 s, full jitter).</summary>
    public IRetryStrategy? RetryStrategy { get; init; }

    /// <summary>What a crash in the middle of a body means. Default <see cref="StepSemantics.AtLeastOncePerRetry"/>.</summary>
    public StepSemantics Semantics { get; init; } = StepSemantics.AtLeastOncePerRetry;

    /// <summary>How long one attempt may take. Null, the default: as long as it wants.</summary>
    /// <remarks>
    /// Then its token fires; a body that has not ended 5 s later is abandoned. Either way the attempt has failed with <see cref="StepTimeoutException"/>,
    /// and the retry strategy decides. An abandoned body goes on without being recorded: let bodies listen to their token.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or over 49 days: no timer is set for longer.</exception>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= TimeSpan.FromDays(49))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Timeout), value, $"Timeout is {value}; it must be positive and at most 49 days, or null for none.");
    }

    /// <summary>How often the process may end in the middle of this step before the step fails with <see cref="StepInterruptedException"/>. Null, the default: any number.</summary>
    /// <remarks>
    /// An interruption uses up no attempt, so without a limit a body that kills its process is repeated until the execution is parked. Counting
    /// needs a service that does (Perdure's), and costs a checkpoint before the body runs.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? MaxInterruptions
    {
        get;
        init => field = value is null or >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxInterruptions), value, $"MaxInterruptions is {value}; it must be 0 or more, or null for no limit.");
    }

    /// <summary>A body that runs once or not at all: durable START, no retry of an interruption or of anything else.</summary>
    /// <remarks>
    /// <see cref="StepSemantics.AtMostOncePerRetry"/> alone is not that: with a retry strategy an interrupted attempt is followed by another.
    /// </remarks>
    /// <param name="key">See <see cref="Key"/>.</param>
    public static StepConfig AtMostOnce(string? key = null) =>
        new() { Semantics = StepSemantics.AtMostOncePerRetry, RetryStrategy = Perdure.RetryStrategy.None, Key = key };

    /// <summary>Writes and reads this step's result. Null: the host's serializer.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
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

    /// <summary>How often the process ended in the middle of this step before; 0 where the service does not count.</summary>
    int InterruptionCount { get; }

    /// <summary>Says that the body is still at work. Cheap: at most one per second is recorded, outside the journal.</summary>
    /// <remarks>Needs a service that keeps heartbeats of steps (Perdure's); elsewhere it does nothing.</remarks>
    void Heartbeat();

    /// <summary>As the other overload, and says how far the work is: what <see cref="TryGetLastHeartbeat{T}"/> finds after a failure or a crash.</summary>
    /// <param name="progress">At most 65,536 bytes when serialized. Not for <see cref="SensitiveDataAttribute"/>: it is kept as it is.</param>
    /// <exception cref="DurableSerializationException">It cannot be written, is too large, or is sensitive.</exception>
    void Heartbeat<T>(T progress);

    /// <summary>What the last heartbeat before this attempt said: of an attempt that failed, or of a run that was cut off. The last second of it may be missing.</summary>
    /// <returns>False when none said anything.</returns>
    /// <exception cref="DurableSerializationException">It cannot be read as <typeparamref name="T"/>.</exception>
    bool TryGetLastHeartbeat<T>(out T progress);

    /// <summary>The operation's id. The same in every execution: never use it as a key; see <see cref="IdempotencyKey"/>.</summary>
    string OperationId { get; }

    /// <summary>43 characters, the same on every attempt and after every crash, different for every execution and operation.</summary>
    string IdempotencyKey { get; }

    /// <summary>A further key for a body with several effects.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="purpose"/> is null.</exception>
    string GetIdempotencyKey(string purpose);
}
