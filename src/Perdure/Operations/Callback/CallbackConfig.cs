using Perdure.Protocol;

namespace Perdure;

/// <summary>How a callback behaves.</summary>
public class CallbackConfig
{
    /// <summary>How long to wait for the answer; <see cref="TimeSpan.Zero"/>, the default, is for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, between 0 and 1 second, or over 366 days.</exception>
    public TimeSpan Timeout
    {
        get;
        init
        {
            TimeoutSeconds = Durations.OptionalSeconds(value, nameof(Timeout));
            field = value;
        }
    }

    /// <summary>How long to wait between heartbeats; <see cref="TimeSpan.Zero"/>, the default, is for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, between 0 and 1 second, or over 366 days.</exception>
    public TimeSpan HeartbeatTimeout
    {
        get;
        init
        {
            HeartbeatSeconds = Durations.OptionalSeconds(value, nameof(HeartbeatTimeout));
            field = value;
        }
    }

    /// <summary>Reads the answer. Null: the host's serializer, which expects JSON.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
    /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
    public string? Key { get; init; }

    internal int? TimeoutSeconds { get; private init; }

    internal int? HeartbeatSeconds { get; private init; }
}

/// <summary>An open question to the outside world.</summary>
public interface ICallback<T>
{
    /// <summary>The id by which the outside world answers. Whoever has it can answer: treat it as a secret.</summary>
    string CallbackId { get; }

    /// <summary>The answer. Every call returns the same task.</summary>
    /// <param name="cancellationToken">Not used: a callback ends by answer or timeout. To stop waiting, race it against a wait.</param>
    /// <exception cref="CallbackFailedException">The outside world reported a failure.</exception>
    /// <exception cref="CallbackTimeoutException">Nobody answered, or no heartbeat came, in time.</exception>
    Task<T> GetResultAsync(CancellationToken cancellationToken = default);
}
