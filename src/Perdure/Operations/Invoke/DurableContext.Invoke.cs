using Perdure.Operations.Invoke;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Calls another function, durable or plain, and waits for its result; meanwhile nothing of this one is in memory.</summary>
        /// <remarks>
        /// The called execution is started in the same transaction as the call is recorded: exactly once, whatever crashes. It goes on when
        /// this execution ends first.
        /// </remarks>
        /// <param name="functionName">The function: its name, <c>name:version</c>, or an ARN, which for a durable function must have a version.</param>
        /// <param name="payload">Its input.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Tenant, serializers.</param>
        /// <param name="cancellationToken">Not used: a recorded call ends by its outcome.</param>
        /// <exception cref="InvokeFailedException">The called function failed, or there is none of that name.</exception>
        /// <exception cref="InvokeTimedOutException">The called execution timed out.</exception>
        /// <exception cref="InvokeStoppedException">The called execution was stopped.</exception>
        /// <exception cref="DurableSerializationException">The payload could not be serialized; nothing was recorded.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<TResult> InvokeAsync<TPayload, TResult>(
            string functionName, TPayload payload, string? name = null, InvokeConfig? config = null, CancellationToken cancellationToken = default);
    }

    /// <summary>How a call of another function behaves.</summary>
    public sealed class InvokeConfig
    {
        internal static readonly InvokeConfig Default = new();

        /// <summary>The tenant on whose behalf the target runs; only for a function that isolates tenants, and then required.</summary>
        public string? TenantId { get; init; }

        /// <summary>Writes the payload. Null: the host's serializer.</summary>
        public IDurableSerializer? PayloadSerializer { get; init; }

        /// <summary>Reads the result. Null: the host's serializer.</summary>
        public IDurableSerializer? Serializer { get; init; }

        /// <summary>Names the operation instead of its position, so that code around it can be reordered while executions run. Null: its position.</summary>
        /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
        public string? Key { get; init; }
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<TResult> InvokeAsync<TPayload, TResult>(
            string functionName, TPayload payload, string? name = null, InvokeConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentException.ThrowIfNullOrEmpty(functionName);
            config ??= InvokeConfig.Default;
            var request = Next(OperationTypes.ChainedInvoke, OperationSubTypes.ChainedInvoke, name, config.Key);
            var text = Payloads.Write(
                config.PayloadSerializer ?? Runtime.Environment.Serializer, payload, new DurableSerializationContext(request.Id, Runtime.Arn), request, Runtime.Environment.Payloads);
            return Run(new InvokeOperation<TResult>(this, request, functionName, text, config));
        }
    }
}
