using Microsoft.Extensions.Logging;

namespace Perdure;

/// <summary>What a durable function does with the world: every verb is checkpointed, and skipped on replay once it is done.</summary>
/// <remarks>
/// Outside of step bodies, await only tasks from this context and combinators of them (<c>Task.WhenAll</c>, <c>Task.WhenAny</c>).
/// The whole contract: <c>docs/concepts/replay.md</c>.
/// </remarks>
public partial interface IDurableContext
{
    /// <summary>A logger that is silent while this context replays.</summary>
    ILogger Logger { get; }

    /// <summary>Changes what <see cref="Logger"/> does from here on.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="config"/> is null.</exception>
    void ConfigureLogger(LoggerConfig config);

    /// <summary>The execution this code runs for.</summary>
    IExecutionContext ExecutionContext { get; }

    /// <summary>Whether this context, right now, goes over what an earlier invocation already did.</summary>
    bool IsReplaying { get; }

    /// <summary>The function's clock: the time of the latest completion delivered to this context. The same in every replay.</summary>
    /// <remarks>
    /// It stands still between durable operations, never runs ahead of the service's clock and never goes back. It cannot make timers:
    /// use <see cref="WaitAsync"/>.
    /// </remarks>
    TimeProvider TimeProvider { get; }

    /// <summary>Random numbers that are the same in every replay. Not for secrets.</summary>
    Random Random { get; }

    /// <summary>An id that is the same in every replay. Not for secrets.</summary>
    /// <param name="key">With a key the id depends on the execution, this context and the key, not on the order of calls in this context.</param>
    Guid NewGuid(string? key = null);

    /// <summary>Fires when the execution is being cancelled, at the same point of every replay. For function code; bodies have their own token.</summary>
    CancellationToken ExecutionCancellation { get; }

    /// <summary>A key for an external system, stable for this execution, this context and this purpose.</summary>
    /// <exception cref="ArgumentException"><paramref name="purpose"/> is null or empty.</exception>
    string GetIdempotencyKey(string purpose);
}

/// <summary>Facts about the execution.</summary>
public interface IExecutionContext
{
    /// <summary>The execution's full name; stable for its life.</summary>
    string DurableExecutionArn { get; }

    /// <summary>The name it was started under.</summary>
    string ExecutionName { get; }

    /// <summary>When it was started.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>When it will time out; null when the host does not say. The same on every replay: a pause that stops the timeout puts it off, but not what is said here.</summary>
    DateTimeOffset? Deadline { get; }

    /// <summary>The version of the function it runs.</summary>
    string? FunctionVersion { get; }

    /// <summary>The tenant on whose behalf it runs; null for a function without tenants.</summary>
    string? TenantId { get; }
}

/// <summary>How a context's logger behaves.</summary>
public sealed class LoggerConfig
{
    /// <summary>Write here instead of to the host's logger.</summary>
    public ILogger? CustomLogger { get; init; }

    /// <summary>Silent while replaying. Default true.</summary>
    public bool ModeAware { get; init; } = true;
}
