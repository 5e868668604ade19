using Perdure.Client;
using Perdure.Operations;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.PayloadStores;

/// <summary>The service as a function with a payload store sees it: values of any size go in and come out, references go through.</summary>
/// <remarks>
/// A value is stored before the checkpoint that refers to it: a crash in between leaves a file that nobody refers to, or that the
/// repeated body writes again under the same name. References are resolved before the runtime sees an operation, so replay and live
/// run read the same texts.
/// </remarks>
internal sealed class OffloadingService(IDurableService inner, PayloadOffloader payloads, string executionId, WorkQueue work) : IDurableService
{
    public async Task<CheckpointResponse> CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        var written = new Dictionary<string, string>();
        var updates = await StoreAsync(request.Updates, written, cancellationToken).ConfigureAwait(false);
        var response = await inner.CheckpointAsync(request with { Updates = updates }, cancellationToken).ConfigureAwait(false);
        return response with { Operations = await ResolveAsync(response.Operations, written, cancellationToken).ConfigureAwait(false) };
    }

    public Task BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken) =>
        inner.BeatAsync(executionArn, checkpointToken, operationId, progress, cancellationToken);

    public Task<string?> GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken) =>
        inner.GetProgressAsync(executionArn, checkpointToken, operationId, cancellationToken);

    public async Task<InitialExecutionState> GetStateAsync(string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken) =>
        await ResolveAsync(await inner.GetStateAsync(executionArn, checkpointToken, marker, maxItems, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async Task<InitialExecutionState> ResolveAsync(InitialExecutionState page, CancellationToken cancellationToken) => new()
    {
        Operations = await ResolveAsync(page.Operations, [], cancellationToken).ConfigureAwait(false),
        NextMarker = page.NextMarker,
    };

    private async Task<IReadOnlyList<OperationUpdate>> StoreAsync(
        IReadOnlyList<OperationUpdate> updates, Dictionary<string, string> written, CancellationToken cancellationToken)
    {
        if (!updates.Any(IsStored)) return updates;

        // A checkpoint is sent from the pump: hashing and flushing megabytes must not hold up the function's other branches.
        var hop = work.NewCompletion<bool>();
        hop.Set(true);
        await hop.Task.ConfigureAwait(false);
        var stored = new OperationUpdate[updates.Count];
        for (var i = 0; i < stored.Length; i++)
            stored[i] = IsStored(updates[i]) ? await StoreAsync(updates[i], written, cancellationToken).ConfigureAwait(false) : updates[i];
        return stored;
    }

    private bool IsStored(OperationUpdate update) => update.Preview is not null || (update.Payload is { } text && payloads.IsStored(text));

    private async Task<OperationUpdate> StoreAsync(OperationUpdate update, Dictionary<string, string> written, CancellationToken cancellationToken)
    {
        // A value that ends an operation with an error travels in the error: the last state of a condition that gave up.
        if ((update.Payload ?? update.Error?.ErrorData) is not { } text) return update;
        if (StrictText.ByteCount(text) > payloads.MaxPayloadBytes)
            throw new InvalidTransitionException($"{update.Type} payload size must be less than or equal to {payloads.MaxPayloadBytes} bytes.");
        var reference = await payloads.StoreAsync(text, update.Preview?.Json, new PayloadOwner(executionId, update.Id), cancellationToken).ConfigureAwait(false);
        written[reference] = text;
        return update.Payload is not null
            ? update with { Payload = reference, Preview = null }
            : update with { Error = update.Error! with { ErrorData = reference }, Preview = null }; // the text came from it
    }

    private async Task<IReadOnlyList<Operation>> ResolveAsync(
        IReadOnlyList<Operation> operations, Dictionary<string, string> written, CancellationToken cancellationToken)
    {
        var resolved = new Operation[operations.Count];
        for (var i = 0; i < resolved.Length; i++) resolved[i] = await payloads.ResolveAsync(operations[i], executionId, written, cancellationToken).ConfigureAwait(false);
        return resolved;
    }
}
