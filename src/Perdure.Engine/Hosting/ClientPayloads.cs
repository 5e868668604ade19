using System.Collections.ObjectModel;
using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>Values as a client gives and gets them: written by the host's serializer, bounded, and through the payload store when there is one.</summary>
internal readonly struct ClientPayloads(EngineCore core, IDurableSerializer serializer)
{
    /// <summary>The input of an execution.</summary>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public Payload WriteInput<T>(T input, ExecutionIdentity identity)
    {
        var payload = Write(input, new DurableSerializationContext(ExecutionArn.IdOf(identity.Key), ExecutionArn.Of(identity)));
        Require(payload, core.Rules.MaxResultBytes, nameof(input), "Store it elsewhere and pass a reference.");
        return payload;
    }

    /// <summary>The answer to a callback.</summary>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public Payload WriteAnswer<T>(T result, CallbackAddress address)
    {
        var payload = Write(result, new DurableSerializationContext(address.OperationId, ExecutionArn.IdOf(address.Key)));
        Require(payload, core.Rules.MaxPayloadBytes, nameof(result), "Send a reference instead.");
        return payload;
    }

    private Payload Write<T>(T value, DurableSerializationContext context)
    {
        var text = serializer.Serialize(value, context);
        return new Payload(text, core.Payloads?.Describe(serializer, value, text));
    }

    private void Require(Payload payload, int inlineLimit, string parameter, string cure)
    {
        var (size, limit) = (StrictText.ByteCount(payload.Text), payload.Preview is null ? inlineLimit : core.Payloads?.MaxPayloadBytes ?? inlineLimit);
        if (size > limit) throw new ArgumentException($"{parameter} is {size:N0} bytes; at most {limit:N0} are allowed. {cure} [PDR0305]", parameter);
    }

    /// <summary>What to record: the text, or a reference to where it is now stored.</summary>
    public async Task<string> StoreAsync(Payload payload, PayloadOwner owner, CancellationToken cancellationToken) => payload.Preview is { } preview && core.Payloads is { } stored
        ? await stored.StoreAsync(payload.Text, preview.Json, owner, cancellationToken).ConfigureAwait(false)
        : payload.Text;

    /// <summary>The value that a recorded text is, or refers to.</summary>
    /// <exception cref="PayloadUnavailableException">It is missing from the payload store, or is not what was stored.</exception>
    public async Task<string?> ResolveAsync(string? text, PayloadOwner owner, CancellationToken cancellationToken) => text is not null && core.Payloads is { } stored
        ? await stored.ResolveAsync(text, owner, cancellationToken).ConfigureAwait(false)
        : text;

    public Task<Operation> ResolveAsync(Operation operation, string executionId, CancellationToken cancellationToken) => core.Payloads is { } stored
        ? stored.ResolveAsync(operation, executionId, ReadOnlyDictionary<string, string>.Empty, cancellationToken)
        : Task.FromResult(operation);

    public bool IsSame(string recorded, PayloadOwner owner, string text) => core.Payloads?.IsSame(recorded, owner, text) ?? recorded == text;
}
