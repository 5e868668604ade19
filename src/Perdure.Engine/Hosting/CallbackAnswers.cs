using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>What the outside world says to open callbacks. An answer to one that is closed, or whose execution is over or gone, changes nothing.</summary>
internal sealed class CallbackAnswers(EngineNode node, ClientPayloads payloads)
{
    public async Task SucceedAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken)
    {
        var address = Address(callbackId);
        var payload = payloads.WriteAnswer(result, address);

        // Looked at first: an answer that comes too late must not leave a file behind.
        if (payload.Preview is not null) await WithOpenAsync(callbackId, address, static _ => Task.CompletedTask).ConfigureAwait(false);
        var owner = new PayloadOwner(ExecutionArn.IdOf(address.Key), address.OperationId);
        var recorded = await payloads.StoreAsync(payload, owner, cancellationToken).ConfigureAwait(false);
        await CompleteAsync(callbackId, address, OperationStatus.Succeeded, writer => (writer.Add(recorded), null)).ConfigureAwait(false);
    }

    /// <summary>Answers without a result: it stays absent.</summary>
    public Task SucceedAsync(string callbackId) => CompleteAsync(callbackId, Address(callbackId), OperationStatus.Succeeded, static _ => (null, null));

    public Task FailAsync(string callbackId, ErrorObject error)
    {
        var address = Address(callbackId);
        node.Core.Rules.RequireFits(error);
        return CompleteAsync(callbackId, address, OperationStatus.Failed, writer => (null, writer.Record(error)));
    }

    private Task CompleteAsync(
        string callbackId, CallbackAddress address, OperationStatus outcome, Func<PayloadWriter, (PayloadSlice? Payload, PayloadSlice? Error)> setAside) =>
        UseAsync(address, mailbox => node.ApplyAndLaunchAsync(
            mailbox,
            (state, writer, begin) =>
            {
                RequireKnown(state, address, callbackId);
                var (payload, error) = setAside(writer);
                return new Command.Complete(address.OperationId, outcome, payload, error, begin);
            },
            static _ => true));

    public Task BeatAsync(string callbackId, CancellationToken cancellationToken)
    {
        var address = Address(callbackId);
        return WithOpenAsync(callbackId, address, async operation =>
        {
            if (!operation.Kind.HasHeartbeat(operation)) return;
            var store = node.Core.Store;
            var beats = await store.ReadHeartbeatsAsync(address.Key, cancellationToken).ConfigureAwait(false);
            var now = store.Clock.GetUtcNow();
            var last = beats.TryGetValue(address.OperationId, out var beat) ? beat : (DateTimeOffset?)null;
            if (operation.Kind.DueAt(operation, last) <= now) throw new CallbackClosedException();
            await store.BeatAsync(address.Key, address.OperationId, now, progress: null, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>Does something with a callback's operation while it is open, under its execution's gate.</summary>
    private Task WithOpenAsync(string callbackId, CallbackAddress address, Func<OperationRecord, Task> action) => UseAsync(
        address,
        mailbox => mailbox.ReadAsync(async state =>
        {
            var operation = RequireKnown(state, address, callbackId);
            if (!operation.IsOpen) throw new CallbackClosedException();
            await action(operation).ConfigureAwait(false);
            return true;
        }));

    /// <summary>The callbacks of an execution that is gone are closed.</summary>
    private async Task UseAsync(CallbackAddress address, Func<ExecutionMailbox, Task<bool>> use)
    {
        try
        {
            await node.Core.Mailboxes.UseAsync(address.Key, use).ConfigureAwait(false);
        }
        catch (ExecutionNotFoundException)
        {
            throw new CallbackClosedException();
        }
    }

    /// <summary>The id must be the very one that the operation was given: after a restore from a backup an old id is not the new one.</summary>
    private static OperationRecord RequireKnown(ExecutionState state, CallbackAddress address, string callbackId) =>
        !state.IsTerminal && state.Find(address.OperationId) is { } operation && operation.Kind.Answers(operation, callbackId)
            ? operation
            : throw new CallbackClosedException();

    private CallbackAddress Address(string callbackId)
    {
        ArgumentException.ThrowIfNullOrEmpty(callbackId);
        return node.Core.Signer.TryReadCallback(callbackId, out var address) ? address : throw new ArgumentException(
            $"Invalid callback id ({callbackId.Length} characters). Use the id exactly as CallbackId gave it. [PDR0307]", nameof(callbackId));
    }
}
