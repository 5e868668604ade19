namespace Perdure;

/// <summary>How a saga behaves.</summary>
public sealed class SagaConfig
{
    internal static readonly SagaConfig Default = new();

    /// <summary>Writes and reads the saga's result. Null: the host's serializer.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the saga instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
    /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
    public string? Key { get; init; }
}

/// <summary>What became of an action that is to be compensated.</summary>
/// <param name="IsKnown">Whether it is recorded as done. If not, it may have happened all the same: look it up by its key before undoing it.</param>
/// <param name="Result">Its result; a default unless it is known.</param>
/// <param name="IdempotencyKey">The key that the action was given as <see cref="IStepContext.IdempotencyKey"/>.</param>
public readonly record struct SagaOutcome<T>(bool IsKnown, T? Result, string IdempotencyKey);

/// <summary>What a saga's body is given: every durable verb, and steps that can be undone.</summary>
public interface ISagaContext : IDurableContext
{
    /// <summary>Runs a step whose effect is undone if the saga does not succeed.</summary>
    /// <remarks>
    /// The compensation is registered before the action runs: a crash between its effect and its record is compensated too, with
    /// <see cref="SagaOutcome{T}.IsKnown"/> false. So is an action that failed: it may have had its effect. An action that still runs when the saga
    /// fails is waited for first.
    /// </remarks>
    /// <param name="action">The effect.</param>
    /// <param name="compensate">Undoes it. It may run more than once, and for an action that never took effect.</param>
    /// <param name="name">1 to 245 printable ASCII characters; the compensation is the step <c>{name}:compensate</c>.</param>
    /// <param name="config">How the action runs.</param>
    /// <param name="compensateConfig">How the compensation runs. Null: it is tried again as by <see cref="RetryStrategy.Default"/>.</param>
    /// <exception cref="StepException">The action failed and is not retried (any more).</exception>
    /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be, or when the saga's body has ended.</exception>
    Task<T> StepAsync<T>(
        Func<IStepContext, CancellationToken, Task<T>> action,
        Func<SagaOutcome<T>, IStepContext, CancellationToken, Task> compensate,
        string name,
        StepConfig? config = null,
        StepConfig? compensateConfig = null);

    /// <summary>Registers something to undo that is not the effect of one step, from here on.</summary>
    /// <param name="name">1 to 245 printable ASCII characters; the compensation is the step <c>{name}:compensate</c>.</param>
    /// <param name="action">Undoes it.</param>
    /// <param name="config">How it runs. Null: it is tried again as by <see cref="RetryStrategy.Default"/>.</param>
    /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
    void Compensate(string name, Func<IStepContext, CancellationToken, Task> action, StepConfig? config = null);

    /// <summary>Registers something to do at the end, whether the saga succeeds or not, after all compensations.</summary>
    /// <param name="name">1 to 256 printable ASCII characters; the step's name.</param>
    /// <param name="action">What to do.</param>
    /// <param name="config">How it runs. Null: it is tried again as by <see cref="RetryStrategy.Default"/>.</param>
    /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
    void Cleanup(string name, Func<IStepContext, CancellationToken, Task> action, StepConfig? config = null);
}

/// <summary>Sagas.</summary>
public static class DurableSagaExtensions
{
    /// <summary>Runs a block whose effects are undone, in reverse order, if it does not succeed.</summary>
    /// <remarks>
    /// It does not succeed when an exception leaves the body, or when a deadline around it passes or the execution is cancelled before the body ends, even if the body swallows that. A hard stop runs no
    /// code and so compensates nothing; neither does a suspension or a crash, after which the saga goes on. Compensations and cleanups run to their end
    /// whatever deadline passes or cancellation comes meanwhile; one that fails does not keep the others from running.
    /// </remarks>
    /// <param name="context">The context.</param>
    /// <param name="body">The block; it must use the context it is given.</param>
    /// <param name="name">1 to 256 printable ASCII characters.</param>
    /// <param name="config">Serializer and key.</param>
    /// <exception cref="ChildContextException">The body failed, and everything was compensated.</exception>
    /// <exception cref="DeadlineExceededException">A deadline passed, and everything was compensated.</exception>
    /// <exception cref="ExecutionCancelledException">The execution is being cancelled, and everything was compensated.</exception>
    /// <exception cref="SagaCompensationException">A compensation or a cleanup failed for good: somebody has to look.</exception>
    /// <exception cref="ArgumentException">The context is not one of a running function.</exception>
    public static Task<T> RunSagaAsync<T>(
        this IDurableContext context, Func<ISagaContext, CancellationToken, Task<T>> body, string name, SagaConfig? config = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Replay.DurableContext.Of(context).RunSaga(body, name, config ?? SagaConfig.Default);
    }
}
