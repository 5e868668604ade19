using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>The journal: what was written comes back, byte for byte and in order, and no more of it than was asked for.</summary>
internal static class JournalCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        Entries_are_read_by_range_and_in_order,
        Entries_of_interleaved_executions_are_kept_apart,
        A_long_journal_is_read_in_order,
        A_large_payload_is_not_loaded_and_comes_back_exactly,
        Payloads_keep_null_bytes_and_invalid_text,
        A_rules_load_has_the_row_and_every_entry,
        A_rules_load_is_one_view_while_others_commit);

    private static async Task Entries_are_read_by_range_and_in_order(StoreProbe probe)
    {
        await WriteJournalAsync(probe, 1, 6).ConfigureAwait(false);

        await CheckRangeAsync(probe, 2, 4, [2, 3, 4]).ConfigureAwait(false);
        await CheckRangeAsync(probe, 1, 1, [1]).ConfigureAwait(false);
        await CheckRangeAsync(probe, 6, 6, [6]).ConfigureAwait(false);
        await CheckRangeAsync(probe, 5, long.MaxValue, [5, 6]).ConfigureAwait(false);
        await CheckRangeAsync(probe, 7, long.MaxValue, []).ConfigureAwait(false);
        await CheckRangeAsync(probe, 4, 3, []).ConfigureAwait(false);
        await CheckRangeAsync(probe, 0, 2, [1, 2]).ConfigureAwait(false);
        Check.Equal(0, (await probe.EntriesAsync(9).ConfigureAwait(false)).Count, "Entries of an unknown execution");
    }

    private static async Task CheckRangeAsync(StoreProbe probe, long from, long to, long[] expected)
    {
        foreach (var withPayload in (bool[])[true, false])
        {
            var entries = await probe.EntriesAsync(1, from, to, withPayload).ConfigureAwait(false);
            Check.Sequence(expected, entries.Select(static entry => entry.Version), $"The versions from {from} to {to}");
            foreach (var entry in entries)
            {
                Check.Bytes(Append(1, entry.Version - 1).Entry, entry.Entry, $"Entry {entry.Version}");
                Check.Bytes(withPayload ? Payload(1, entry.Version) : default, entry.Payload, $"The payload of entry {entry.Version}");
            }
        }
    }

    private static async Task Entries_of_interleaved_executions_are_kept_apart(StoreProbe probe)
    {
        for (var version = 0; version < 5; version++)
        {
            await probe.Store.CommitAsync([.. Enumerable.Range(1, 3).Select(number => probe.Set(
                (version == 0 ? Insert(number) : Append(number, version)) with { Payload = Payload(number, version + 1) }))]).ConfigureAwait(false);
        }

        for (var number = 1; number <= 3; number++)
        {
            var entries = await probe.EntriesAsync(number).ConfigureAwait(false);
            Check.Sequence([1, 2, 3, 4, 5], entries.Select(static entry => entry.Version), $"The versions of execution {number}");
            foreach (var entry in entries) Check.Bytes(Payload(number, entry.Version), entry.Payload, $"The payload of entry {entry.Version} of execution {number}");
        }
    }

    private static async Task A_long_journal_is_read_in_order(StoreProbe probe)
    {
        const int Length = 2000;
        await WriteJournalAsync(probe, 1, Length).ConfigureAwait(false);

        var entries = await probe.EntriesAsync(1).ConfigureAwait(false);
        Check.Sequence(Enumerable.Range(1, Length).Select(static version => (long)version), entries.Select(static entry => entry.Version), "The versions");
        Check.Bytes(Payload(1, Length / 2), entries[(Length / 2) - 1].Payload, "A payload in the middle");
        Check.Sequence([1000L, 1001L], (await probe.EntriesAsync(1, 1000, 1001).ConfigureAwait(false)).Select(static entry => entry.Version), "A range in the middle");
        Check.Equal(Length, (await probe.LoadAsync(1).ConfigureAwait(false)).Tail.Count, "Entries that rules load");
        Check.That(await probe.Store.FindCommitAsync(Key(1), 3, default).ConfigureAwait(false) is not null, "The commit id of an old entry must be found.");
    }

    private static async Task A_large_payload_is_not_loaded_and_comes_back_exactly(StoreProbe probe)
    {
        var payload = new byte[6 * 1024 * 1024];
        for (var i = 0; i < payload.Length; i++) payload[i] = (byte)((i * 31) ^ (i >> 8));
        await probe.WriteAsync(Insert(1) with { Payload = payload }).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 1)).ConfigureAwait(false);

        var loaded = await probe.LoadAsync(1).ConfigureAwait(false);
        Check.That(loaded.Tail.All(static entry => entry.Payload.IsEmpty), "A rules load must not read payloads.");
        Check.Bytes(Insert(1).Entry, loaded.Tail[0].Entry, "The entry beside a large payload");
        Check.Bytes(payload, (await probe.EntriesAsync(1, 1, 1).ConfigureAwait(false))[0].Payload, "The large payload");
    }

    private static async Task Payloads_keep_null_bytes_and_invalid_text(StoreProbe probe)
    {
        // Null bytes, a lone surrogate, a truncated sequence, bytes that are never UTF-8.
        byte[] payload = [0, 0, 0x41, 0, 0xED, 0xA0, 0x80, 0xE2, 0x82, 0xFF, 0xFE, 0xC0, 0x80, 0];
        await probe.WriteAsync(Insert(1) with { Payload = payload }).ConfigureAwait(false);

        // A part of a larger buffer: a store must not write what lies around it.
        var buffer = new byte[] { 1, 2, 3, 4, 5, 6 };
        await probe.WriteAsync(Append(1, 1) with { Payload = buffer.AsMemory(2, 3) }).ConfigureAwait(false);

        var entries = await probe.EntriesAsync(1).ConfigureAwait(false);
        Check.Bytes(payload, entries[0].Payload, "The payload that is no text");
        Check.Bytes(new byte[] { 3, 4, 5 }, entries[1].Payload, "The payload that was part of a buffer");
    }

    private static async Task A_rules_load_has_the_row_and_every_entry(StoreProbe probe)
    {
        await WriteJournalAsync(probe, 1, 3).ConfigureAwait(false);

        var loaded = await probe.LoadAsync(1).ConfigureAwait(false);
        Check.Equal(await probe.RowAsync(1).ConfigureAwait(false), loaded.Row, "The row");
        Check.Equal(0, loaded.SnapshotVersion, "The snapshot's version");
        Check.Sequence([1, 2, 3], loaded.Tail.Select(static entry => entry.Version), "The versions");
    }

    private static async Task A_rules_load_is_one_view_while_others_commit(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var writing = Task.Run(async () =>
        {
            for (var version = 1; version < 500; version++)
                await probe.WriteAsync(Append(1, version) with { Snapshot = version % 2 == 0 ? Bytes($"{version}") : default(ReadOnlyMemory<byte>?) }).ConfigureAwait(false);
        });
        bool done;
        do
        {
            done = writing.IsCompleted;
            var loaded = await probe.LoadAsync(1).ConfigureAwait(false);
            Check.That(
                loaded.SnapshotVersion < loaded.Row.Version,
                $"A snapshot is older than the row: found snapshot {loaded.SnapshotVersion} with a row of version {loaded.Row.Version}.");
            Check.Sequence(
                Enumerable.Range(1, (int)loaded.Row.Version).Select(static version => (long)version).Skip((int)loaded.SnapshotVersion),
                loaded.Tail.Select(static entry => entry.Version), "The entries from the snapshot to the row's version");
            if (loaded.SnapshotVersion > 0) Check.Bytes(Bytes($"{loaded.SnapshotVersion}"), loaded.Snapshot, "The snapshot of that version");
        }
        while (!done);

        await writing.ConfigureAwait(false);
    }

    public static async Task WriteJournalAsync(StoreProbe probe, int number, int length)
    {
        await probe.WriteAsync(Insert(number) with { Payload = Payload(number, 1) }).ConfigureAwait(false);
        for (var version = 1; version < length; version++)
            await probe.WriteAsync(Append(number, version) with { Payload = Payload(number, version + 1) }).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Payload(int number, long version) => Bytes($"payload {version} of {number}");
}
