using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>What outlives a process, and what retention ends.</summary>
internal static class LifetimeCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        Data_survives_a_reopen,
        A_commit_after_a_reopen_continues_the_journal,
        The_secret_has_32_bytes_and_survives_a_reopen,
        In_an_exclusive_store_leases_of_an_earlier_owner_fall_due_on_open,
        Only_what_has_expired_is_deleted,
        A_deletion_is_bounded_and_comes_to_an_end,
        A_deletion_leaves_nothing_behind_and_frees_the_name);

    private static async Task Data_survives_a_reopen(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 3).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 3, Running(T0.AddHours(1))) with { Snapshot = Bytes("""{"at":3}""") }).ConfigureAwait(false);
        await probe.Store.BeatAsync(Key(1), "a", T0.AddSeconds(1), null, default).ConfigureAwait(false);
        var (row, entries) = (await probe.RowAsync(1).ConfigureAwait(false), await probe.EntriesAsync(1).ConfigureAwait(false));

        await probe.ReopenAsync("node-2").ConfigureAwait(false);

        Check.Equal(row, await probe.RowAsync(1).ConfigureAwait(false), "The row");
        var found = await probe.EntriesAsync(1).ConfigureAwait(false);
        Check.Sequence(entries.Select(static entry => (entry.Version, entry.CommitId)), found.Select(static entry => (entry.Version, entry.CommitId)), "The entries");
        for (var i = 0; i < entries.Count; i++)
        {
            Check.Bytes(entries[i].Entry, found[i].Entry, $"Entry {i + 1}");
            Check.Bytes(entries[i].Payload, found[i].Payload, $"The payload of entry {i + 1}");
        }

        Check.Equal(3, (await probe.LoadAsync(1).ConfigureAwait(false)).SnapshotVersion, "The snapshot's version");
        Check.Equal(T0.AddSeconds(1), (await probe.Store.ReadHeartbeatsAsync(Key(1), default).ConfigureAwait(false))["a"], "The heartbeat");
        Check.Equal(CommitOutcome.NameTaken, await probe.CommitAsync(Insert(2, name: "run-1")).ConfigureAwait(false), "A start with the name from before");
    }

    private static async Task A_commit_after_a_reopen_continues_the_journal(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 3).ConfigureAwait(false);
        await probe.ReopenAsync("node-2").ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 3)).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2)).ConfigureAwait(false);

        Check.Sequence([1, 2, 3, 4], (await probe.EntriesAsync(1).ConfigureAwait(false)).Select(static entry => entry.Version), "The versions");
        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(1, 3)).ConfigureAwait(false), "A second entry at the version");
    }

    private static async Task The_secret_has_32_bytes_and_survives_a_reopen(StoreProbe probe)
    {
        var secret = await probe.Store.GetSecretAsync(default).ConfigureAwait(false);
        Check.Equal(32, secret.Length, "The secret's length");
        Check.Bytes(secret, await probe.Store.GetSecretAsync(default).ConfigureAwait(false), "The secret when asked again");

        await probe.ReopenAsync("node-2").ConfigureAwait(false);
        Check.Bytes(secret, await probe.Store.GetSecretAsync(default).ConfigureAwait(false), "The secret after a reopen");
    }

    private static async Task In_an_exclusive_store_leases_of_an_earlier_owner_fall_due_on_open(StoreProbe probe)
    {
        if (!probe.Store.IsExclusive) return;
        await probe.WriteAsync(Insert(1, Leased("node-1", 3, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Running(T0.AddSeconds(20)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3)).ConfigureAwait(false);

        await probe.ReopenAsync("node-2").ConfigureAwait(false);

        var now = probe.Clock.GetUtcNow();
        var claimed = await probe.ClaimAsync(now, owner: "node-2").ConfigureAwait(false);
        Check.Sequence([Key(1)], claimed.Select(static row => row.Key), "What is due when another owner opens the store");
        Check.Equal(Leased("node-2", 4, now.AddSeconds(30)), claimed[0].State, "The row of the new holder");
        Check.Equal(Running(T0.AddSeconds(20)), (await probe.RowAsync(2).ConfigureAwait(false)).State, "A row that nobody held");
    }

    private static async Task Only_what_has_expired_is_deleted(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Ended(T0.AddDays(1)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Ended(T0.AddDays(1).AddMilliseconds(1)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, Ended())).ConfigureAwait(false);
        await probe.WriteAsync(Insert(4)).ConfigureAwait(false);

        Check.Sequence([Key(1)], await probe.Store.ListExpiredAsync(T0.AddDays(1), 100, default).ConfigureAwait(false), "Expired executions");
        Check.Equal(
            1, await probe.Store.DeleteExpiredAsync([Key(1), Key(2), Key(3), Key(4), Key(5)], T0.AddDays(1), default).ConfigureAwait(false), "Deleted executions");
        Check.Sequence(
            [Key(4), Key(3), Key(2)], (await probe.Store.ListAsync(new RowFilter(), default).ConfigureAwait(false)).Select(static row => row.Key), "What is left");
    }

    private static async Task A_deletion_is_bounded_and_comes_to_an_end(StoreProbe probe)
    {
        for (var number = 1; number <= 5; number++) await probe.WriteAsync(Insert(number, Ended(T0.AddMilliseconds(-number)))).ConfigureAwait(false);
        Check.Sequence([Key(5), Key(4)], await probe.Store.ListExpiredAsync(T0, 2, default).ConfigureAwait(false), "The longest expired");

        var deleted = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            var expired = await probe.Store.ListExpiredAsync(T0, 2, default).ConfigureAwait(false);
            deleted.Add(await probe.Store.DeleteExpiredAsync(expired, T0, default).ConfigureAwait(false));
        }

        Check.Sequence([2, 2, 1, 0], deleted, "Executions that each deletion took");
        Check.Equal(0, (await probe.Store.ListAsync(new RowFilter(), default).ConfigureAwait(false)).Count, "What is left");
    }

    private static async Task A_deletion_leaves_nothing_behind_and_frees_the_name(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 3).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2)).ConfigureAwait(false);
        await probe.Store.BeatAsync(Key(1), "a", T0, null, default).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 3, Ended(T0) with { WakeAt = T0 }) with { Snapshot = Bytes("""{"at":3}""") }).ConfigureAwait(false);
        await probe.WriteAsync(Append(2, 1)).ConfigureAwait(false);

        Check.Equal(1, await probe.Store.DeleteExpiredAsync([Key(1), Key(2)], T0, default).ConfigureAwait(false), "Deleted executions");

        Check.Equal(null, await probe.Store.FindAsync(Key(1), default).ConfigureAwait(false), "The row");
        Check.Equal(null, await probe.Store.FindByNameAsync(Function, "run-1", default).ConfigureAwait(false), "The row by its name");
        Check.Equal(null, await probe.Store.LoadAsync(Key(1), default).ConfigureAwait(false), "What rules load");
        Check.Equal(null, await probe.Store.FindCommitAsync(Key(1), 1, default).ConfigureAwait(false), "The commit id of the first entry");
        Check.Equal(0, (await probe.EntriesAsync(1).ConfigureAwait(false)).Count, "Entries");
        Check.Equal(0, (await probe.Store.ReadHeartbeatsAsync(Key(1), default).ConfigureAwait(false)).Count, "Heartbeats");
        Check.Equal(0, (await probe.ClaimAsync(T0).ConfigureAwait(false)).Count, "Rows that are due");
        Check.Sequence([1, 2], (await probe.EntriesAsync(2).ConfigureAwait(false)).Select(static entry => entry.Version), "The versions of its neighbour");

        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var loaded = await probe.LoadAsync(1).ConfigureAwait(false);
        Check.Equal(0, loaded.SnapshotVersion, "The snapshot of a new execution with the same key and name");
        Check.Sequence([1], loaded.Tail.Select(static entry => entry.Version), "Its versions");
    }
}
