using Perdure.Operations.WaitForCondition;

namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>A step whose attempts are checks of a condition.</summary>
        public const string WaitForCondition = "WaitForCondition";
    }

    public partial interface IDurableContext
    {
        /// <summary>Checks something again and again until a strategy is satisfied; between checks nothing is in memory.</summary>
        /// <remarks>
        /// The first check gets the initial state, each later one what the last returned. A check that throws ends the wait: it is not
        /// retried.
        /// </remarks>
        /// <param name="check">One check: the state so far to the new state.</param>
        /// <param name="config">Initial state and strategy.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="cancellationToken">Passed on to the check.</param>
        /// <exception cref="WaitForConditionException">The strategy gave up, or a check threw this exception itself.</exception>
        /// <exception cref="StepException">A check threw.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<TState> WaitForConditionAsync<TState>(
            Func<TState, IConditionCheckContext, CancellationToken, Task<TState>> check,
            WaitForConditionConfig<TState> config,
            string? name = null,
            CancellationToken cancellationToken = default);
    }

    /// <summary>How a condition wait behaves.</summary>
    public sealed class WaitForConditionConfig<TState>
    {
        /// <summary>What the first check is given.</summary>
        public required TState InitialState { get; init; }

        /// <summary>Decides after each check whether to go on, and when.</summary>
        public required IWaitStrategy<TState> WaitStrategy { get; init; }

        /// <summary>Writes and reads the state. Null: the host's serializer.</summary>
        public IDurableSerializer? Serializer { get; init; }

        /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
        /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
        public string? Key { get; init; }
    }

    /// <summary>What a check is given.</summary>
    public interface IConditionCheckContext
    {
        /// <summary>A logger that names the operation and the check.</summary>
        Microsoft.Extensions.Logging.ILogger Logger { get; }

        /// <summary>The running check, from 1.</summary>
        int AttemptNumber { get; }
    }

    /// <summary>A wait strategy gave up.</summary>
    public sealed class WaitForConditionException : DurableOperationException
    {
        /// <summary>An exception with a default message.</summary>
        public WaitForConditionException()
        {
        }

        /// <summary>An exception with a message.</summary>
        public WaitForConditionException(string message) : base(message)
        {
        }

        /// <summary>An exception with a message and a cause.</summary>
        public WaitForConditionException(string message, Exception? innerException) : base(message, innerException)
        {
        }

        internal WaitForConditionException(ErrorObject error) : base(error, "The condition was not met.")
        {
        }

        /// <summary>How many checks were made.</summary>
        public int AttemptsExhausted { get; init; }

        /// <summary>What the last check returned; null when a check threw this exception itself, or when its state was too large for the record of an error.</summary>
        public object? LastState { get; init; }
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<TState> WaitForConditionAsync<TState>(
            Func<TState, IConditionCheckContext, CancellationToken, Task<TState>> check,
            WaitForConditionConfig<TState> config,
            string? name = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(check);
            ArgumentNullException.ThrowIfNull(config);
            return Run(new WaitForConditionOperation<TState>(
                this, Next(OperationTypes.Step, OperationSubTypes.WaitForCondition, name, config.Key), check, config, cancellationToken));
        }
    }
}
