using Perdure.Operations;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>Reads payloads out of journal entries that were fetched beforehand.</summary>
internal sealed class JournalPayloads(bool includesData = true) : PayloadReader
{
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _entries = [];

    public override bool IncludesData => includesData;

    public void Add(long version, ReadOnlyMemory<byte> payload) => _entries[version] = payload;

    public override string? Text(PayloadSlice? slice) => slice is { } value ? StrictText.Text(Bytes(value)) : null;

    public override ErrorObject? Error(PayloadSlice? slice) => slice is { } value ? ProtocolJson.Error(Bytes(value)) : null;

    private ReadOnlySpan<byte> Bytes(PayloadSlice slice)
    {
        // A slice of nothing needs no entry: an empty text is a text.
        if (slice.Length == 0) return default;
        return _entries.TryGetValue(slice.Version, out var payload)
            ? payload.Span.Slice(slice.Offset, slice.Length)
            : throw new InvalidOperationException($"The payload of entry {slice.Version} was not fetched.");
    }

    /// <summary>Operations as they are shown, with the payloads that they refer to.</summary>
    public async Task<IReadOnlyList<Operation>> DescribeAsync(
        IExecutionStore store, ExecutionKey key, IReadOnlyCollection<OperationRecord> operations, CancellationToken cancellationToken)
    {
        await FetchAsync(store, key, operations, cancellationToken).ConfigureAwait(false);
        return [.. operations.Select(operation => operation.Describe(this))];
    }

    /// <summary>Fetches the entries that these operations' payloads lie in.</summary>
    public async Task FetchAsync(
        IExecutionStore store, ExecutionKey key, IEnumerable<OperationRecord> operations, CancellationToken cancellationToken)
    {
        long first = long.MaxValue, last = 0;
        foreach (var version in operations.SelectMany(VersionsOf))
        {
            if (_entries.ContainsKey(version)) continue;
            first = Math.Min(first, version);
            last = Math.Max(last, version);
        }

        if (last == 0) return;
        foreach (var entry in await store.ReadEntriesAsync(key, first, last, includePayload: true, cancellationToken).ConfigureAwait(false))
            Add(entry.Version, entry.Payload);
    }

    /// <summary>Bytes of what an operation refers to. Known without reading any.</summary>
    public static long SizeOf(OperationRecord operation) =>
        (operation.Result?.Length ?? 0L) + (operation.Error?.Length ?? 0L) + (operation.Kind.InputOf(operation)?.Length ?? 0L);

    private static IEnumerable<long> VersionsOf(OperationRecord operation)
    {
        if (operation.Result is { Length: > 0 } result) yield return result.Version;
        if (operation.Error is { Length: > 0 } error) yield return error.Version;
        if (operation.Kind.InputOf(operation) is { Length: > 0 } input) yield return input.Version;
    }
}
