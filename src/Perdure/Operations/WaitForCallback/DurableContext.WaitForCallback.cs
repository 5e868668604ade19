using Perdure.Operations.Context;
using Perdure.Operations.WaitForCallback;

namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>A context that asks a question and waits for the answer.</summary>
        public const string WaitForCallback = "WaitForCallback";
    }

    public partial interface IDurableContext
    {
        /// <summary>Asks the outside world a question and waits for the answer: a callback, a step that submits its id, and the wait, as one.</summary>
        /// <remarks>
        /// The submitter is a step: it may run again after a crash, and is retried by its strategy while the callback stays open. Inner
        /// names on the record: <c>{name}-callback</c> and <c>{name}-submitter</c>.
        /// </remarks>
        /// <param name="submitter">Gives the callback's id to whoever answers.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Timeouts, the submitter's retry, serializer.</param>
        /// <param name="cancellationToken">Passed on to the submitter.</param>
        /// <exception cref="CallbackFailedException">The outside world reported a failure.</exception>
        /// <exception cref="CallbackTimeoutException">Nobody answered, or no heartbeat came, in time.</exception>
        /// <exception cref="CallbackSubmitterException">The submitter failed for good.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<T> WaitForCallbackAsync<T>(
            Func<string, IWaitForCallbackContext, CancellationToken, Task> submitter,
            string? name = null,
            WaitForCallbackConfig? config = null,
            CancellationToken cancellationToken = default);
    }

    /// <summary>How a wait for a callback behaves.</summary>
    public class WaitForCallbackConfig : CallbackConfig
    {
        /// <summary>Whether and when the submitter is tried again. Null: the host's default for steps.</summary>
        public IRetryStrategy? RetryStrategy { get; init; }
    }

    /// <summary>What a submitter is given.</summary>
    public interface IWaitForCallbackContext
    {
        /// <summary>A logger that names the operation and the attempt.</summary>
        Microsoft.Extensions.Logging.ILogger Logger { get; }
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<T> WaitForCallbackAsync<T>(
            Func<string, IWaitForCallbackContext, CancellationToken, Task> submitter,
            string? name = null,
            WaitForCallbackConfig? config = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(submitter);
            var question = new CallbackQuestion<T>(submitter, name, config ?? new WaitForCallbackConfig(), cancellationToken);
            return RunChild(new ContextBody<T>((child, _) => question.AskAsync(child), HasResult: true), name, question.ContextConfig);
        }
    }
}
