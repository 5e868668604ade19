using Perdure.Operations.Invoke;
using Perdure.Protocol;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Calls another function, durable or plain, and waits for its result; meanwhile nothing of this one is in memory.</summary>
        /// <remarks>
        /// The called execution is started in the same transaction as the call is recorded: exactly once, whatever crashes. It goes on when
        /// this execution ends first.
        /// </remarks>
        /// <param name="functionName">The function: its name, <c>name:version</c>, or an ARN, which for a durable function must have a version; at most 256 characters.</param>
        /// <param name="payload">Its input: at most 1,048,576 bytes when serialized, without a payload store.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Tenant, serializers.</param>
        /// <param name="cancellationToken">Not used: a recorded call ends by its outcome.</param>
        /// <exception cref="InvokeFailedException">The called function failed, or there is none of that name.</exception>
        /// <exception cref="InvokeTimedOutException">The called execution timed out.</exception>
        /// <exception cref="InvokeStoppedException">The called execution was stopped.</exception>
        /// <exception cref="DurableSerializationException">The payload could not be serialized, or is too large; nothing was recorded.</exception>
        /// <exception cref="ArgumentException">The function's name, the operation's name or the key is empty or too long; nothing was recorded.</exception>
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

        /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
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
            if (functionName.Length > PerdureLimits.MaxInvokedName)
                throw new ArgumentException($"functionName has {functionName.Length} characters; it must have 1 to {PerdureLimits.MaxInvokedName}. [PDR0304]", nameof(functionName));
            config ??= InvokeConfig.Default;
            var request = Next(OperationTypes.ChainedInvoke, OperationSubTypes.ChainedInvoke, name, config.Key);
            var text = Payloads.Write(
                config.PayloadSerializer ?? Runtime.Environment.Serializer, payload, new DurableSerializationContext(request.Id, Runtime.Arn), request, Runtime.Environment.Payloads, "payload");
            RequirePayloadSize(StrictText.ByteCount(text.Text), request);
            return Run(new InvokeOperation<TResult>(this, request, functionName, text, config));
        }

        // The service would refuse the checkpoint, and with it the whole execution: the code could not catch that.
        private void RequirePayloadSize(int size, OperationRequest request)
        {
            var limit = Math.Max(PerdureLimits.MaxPayloadBytes, Runtime.Environment.MaxPayloadBytes);
            if (size <= limit) return;
            throw new DurableSerializationException(
                $"The payload of {request} at position {request.Position} is {size:N0} bytes; at most {limit:N0} are allowed. " +
                "Store it elsewhere and pass a reference. [PDR0305]");
        }
    }
}
