using Perdure.Operations.Callback;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Opens a question to the outside world and returns its id; the answer is awaited separately.</summary>
        /// <remarks>
        /// This call never fails because the callback did: only <see cref="ICallback{T}.GetResultAsync"/> reports that. The id is
        /// durable before it is returned, so it may be given away at once.
        /// </remarks>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Timeouts and serializer.</param>
        /// <param name="cancellationToken">Not used: an open callback ends by answer or timeout.</param>
        /// <exception cref="ArgumentException">The name or the key is empty, too long or has other characters; nothing was recorded.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<ICallback<T>> CreateCallbackAsync<T>(string? name = null, CallbackConfig? config = null, CancellationToken cancellationToken = default);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<ICallback<T>> CreateCallbackAsync<T>(string? name = null, CallbackConfig? config = null, CancellationToken cancellationToken = default)
        {
            config ??= new CallbackConfig();
            return Run(new CallbackOperation<T>(this, Next(OperationTypes.Callback, OperationSubTypes.Callback, name, config.Key), config));
        }
    }
}
