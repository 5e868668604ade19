using System.Security.Cryptography;
using System.Text;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.PayloadStores;

/// <summary>That a value is kept in the payload store, and what the record shows of it; null for nothing.</summary>
internal sealed record PayloadPreview(string? Json);

/// <summary>The one place where values leave the record and come back: decides, stores, refers, reads and checks.</summary>
/// <param name="store">Where the bytes go.</param>
/// <param name="options">Which values go there.</param>
/// <param name="seal">A code over a text that only this engine can make.</param>
internal sealed class PayloadOffloader(IPayloadStore store, PayloadStoreOptions options, Func<string, string> seal)
{
    public int MaxPayloadBytes => options.MaxPayloadBytes;

    /// <summary>Decides about a value whose type is known, while it is still there to be shown; null when it stays in the record.</summary>
    public PayloadPreview? Describe<T>(IDurableSerializer serializer, T value, string text)
    {
        var previewing = serializer as IPreviewingSerializer;
        if (!IsStored(text) && (value is null || !(previewing?.IsSensitive(value) ?? Sensitive.IsMarked(typeof(T))))) return null;
        return new PayloadPreview(options.MaxPreviewBytes == 0 ? null : previewing?.Preview(value, options.MaxPreviewBytes));
    }

    /// <summary>Whether a text is stored for its size alone.</summary>
    public bool IsStored(string text) =>
        text.Length > 0 && (options.Mode == PayloadStorageMode.Always || text.Length > options.InlineBytes || StrictText.ByteCount(text) > options.InlineBytes);

    /// <summary>Stores a text and returns the reference to record. Again with the same text and owner it is the same reference.</summary>
    public async Task<string> StoreAsync(string text, string? preview, PayloadOwner owner, CancellationToken cancellationToken)
    {
        var bytes = StrictText.Bytes(text);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await store.PutAsync(new PayloadKey(owner.ExecutionId, hash), bytes, cancellationToken).ConfigureAwait(false);
        return new PayloadReference(hash, bytes.Length, seal(PayloadReference.Sealed(owner, hash, bytes.Length))).Write(preview);
    }

    /// <summary>The text itself, or what it refers to when it is a reference of this owner.</summary>
    /// <exception cref="PayloadUnavailableException">The value is missing, or is not what was stored.</exception>
    public async Task<string> ResolveAsync(string text, PayloadOwner owner, CancellationToken cancellationToken) =>
        Verify(text, owner, out _) is { } reference
            ? StrictText.Text((await FetchAsync(reference, owner, cancellationToken).ConfigureAwait(false)).Span)
            : text;

    /// <summary>The operation with every text that it refers to.</summary>
    /// <param name="operation">As it is recorded.</param>
    /// <param name="executionId">Its execution.</param>
    /// <param name="known">Texts by the reference that is recorded for them, which need not be read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PayloadUnavailableException">A value is missing, or is not what was stored.</exception>
    public async Task<Operation> ResolveAsync(
        Operation operation, string executionId, IReadOnlyDictionary<string, string> known, CancellationToken cancellationToken)
    {
        foreach (var place in OperationTexts.All)
        {
            if (place.Read(operation) is not { } text) continue;
            var value = known.TryGetValue(text, out var own)
                ? own
                : await ResolveAsync(text, new PayloadOwner(executionId, operation.Id), cancellationToken).ConfigureAwait(false);
            if (!ReferenceEquals(value, text)) operation = place.Write(operation, value);
        }

        return operation;
    }

    /// <summary>The text that says for another owner what this one says for its own; what it refers to is copied to where the other looks.</summary>
    /// <exception cref="PayloadUnavailableException">The value is missing, or is not what was stored.</exception>
    public async Task<string> HandOverAsync(string text, PayloadOwner from, PayloadOwner to, CancellationToken cancellationToken)
    {
        if (Verify(text, from, out var preview) is not { } reference) return text;
        var content = await FetchAsync(reference, from, cancellationToken).ConfigureAwait(false);
        await store.PutAsync(new PayloadKey(to.ExecutionId, reference.Sha256), content, cancellationToken).ConfigureAwait(false);
        return (reference with { Seal = seal(PayloadReference.Sealed(to, reference.Sha256, reference.Bytes)) }).Write(preview);
    }

    /// <summary>Whether a recorded text, or what it refers to, equals another text.</summary>
    public bool IsSame(string recorded, PayloadOwner owner, string text) => Verify(recorded, owner, out _) is { } reference
        ? reference.Sha256 == Convert.ToHexStringLower(SHA256.HashData(StrictText.Bytes(text)))
        : recorded == text;

    public Task DeleteExecutionAsync(string executionId, CancellationToken cancellationToken) => store.DeleteExecutionAsync(executionId, cancellationToken);

    /// <summary>The reference in a text, if this engine made it for this owner.</summary>
    private PayloadReference? Verify(string text, PayloadOwner owner, out string? preview)
    {
        if (PayloadReference.Read(text, out preview) is not { } reference) return null;
        var expected = seal(PayloadReference.Sealed(owner, reference.Sha256, reference.Bytes));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(reference.Seal)) ? reference : null;
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(PayloadReference reference, PayloadOwner owner, CancellationToken cancellationToken)
    {
        var what = $"The value of operation {owner.OperationId} of execution {owner.ExecutionId} ({reference.Bytes:N0} bytes, SHA-256 {reference.Sha256})";
        var content = await store.GetAsync(new PayloadKey(owner.ExecutionId, reference.Sha256), cancellationToken).ConfigureAwait(false)
            ?? throw new PayloadUnavailableException($"{what} is missing from the payload store. Restore it, or give every node the same store. [PDR0208]");
        return Convert.ToHexStringLower(SHA256.HashData(content.Span)) == reference.Sha256
            ? content
            : throw new PayloadUnavailableException(
                $"{what} is not what was stored: the payload store returned {content.Length:N0} bytes with another hash. Restore the original. [PDR0209]");
    }
}
