using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>Reservations: who gets which due execution, for how long, and what a former holder can still do.</summary>
internal static class ClaimCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        A_claim_takes_only_what_is_due_in_its_queue,
        A_claim_sets_owner_epoch_and_lease,
        A_claim_takes_the_earliest_first_and_at_most_what_was_asked,
        A_claim_of_an_empty_queue_is_empty,
        Eight_claimers_get_each_due_execution_exactly_once,
        A_claimed_execution_is_not_due_before_its_lease_ends,
        An_expired_lease_can_be_claimed_by_another,
        A_row_is_updated_by_its_holder_only,
        A_row_update_with_a_stale_epoch_is_refused,
        A_renewal_tells_which_leases_were_lost,
        A_renewed_lease_ends_later,
        Each_queue_tells_when_it_is_next_due);

    private static async Task A_claim_takes_only_what_is_due_in_its_queue(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Running(T0))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Running(T0.AddMilliseconds(1)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, Running(T0, queue: "invoices"))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(4, Running())).ConfigureAwait(false);

        Check.Sequence([Key(1)], Keys(await probe.ClaimAsync(T0).ConfigureAwait(false)), "What is due");
        Check.Equal(Running(T0.AddMilliseconds(1)), (await probe.RowAsync(2).ConfigureAwait(false)).State, "A row that is not due yet");
        Check.Equal(Running(T0, queue: "invoices"), (await probe.RowAsync(3).ConfigureAwait(false)).State, "A row of another queue");
        Check.Equal(Running(), (await probe.RowAsync(4).ConfigureAwait(false)).State, "A row that is never due");
    }

    private static async Task A_claim_sets_owner_epoch_and_lease(StoreProbe probe)
    {
        var before = Running(T0) with { LeaseEpoch = 4, Attention = ExecutionAttention.NoWorker, AttentionReason = "nobody" };
        await probe.WriteAsync(Insert(1, before)).ConfigureAwait(false);

        var claimed = await probe.ClaimAsync(T0, owner: "node-2").ConfigureAwait(false);

        var expected = before with { LeaseOwner = "node-2", LeaseEpoch = 5, WakeAt = T0.AddSeconds(30) };
        Check.Equal(1, claimed.Count, "Claimed rows");
        Check.Equal(expected, claimed[0].State, "The row that the claim returned");
        Check.Equal(1, claimed[0].Version, "A claim writes no entry: the version");
        Check.Equal(expected, (await probe.RowAsync(1).ConfigureAwait(false)).State, "The row after the claim");
    }

    private static async Task A_claim_takes_the_earliest_first_and_at_most_what_was_asked(StoreProbe probe)
    {
        int[] seconds = [5, 1, 4, 2, 3];
        for (var i = 0; i < seconds.Length; i++) await probe.WriteAsync(Insert(i, Running(T0.AddSeconds(seconds[i])))).ConfigureAwait(false);

        Check.Sequence([Key(1), Key(3)], Keys(await probe.ClaimAsync(T0.AddSeconds(9), max: 2).ConfigureAwait(false)), "The first two");
        Check.Sequence([Key(4), Key(2), Key(0)], Keys(await probe.ClaimAsync(T0.AddSeconds(9)).ConfigureAwait(false)), "The others");
    }

    private static async Task A_claim_of_an_empty_queue_is_empty(StoreProbe probe) =>
        Check.Equal(0, (await probe.ClaimAsync(T0, queue: "nobody").ConfigureAwait(false)).Count, "Claimed rows");

    private static async Task Eight_claimers_get_each_due_execution_exactly_once(StoreProbe probe)
    {
        const int Due = 200;
        await probe.Store.CommitAsync([.. Enumerable.Range(0, Due).Select(number => probe.Set(Insert(number, Running(T0))))]).ConfigureAwait(false);

        var claims = await Task.WhenAll(Enumerable.Range(1, 8).Select(claimer => Task.Run(async () =>
        {
            var mine = new List<ExecutionRow>();
            while (await probe.ClaimAsync(T0, max: 7, owner: $"node-{claimer}").ConfigureAwait(false) is { Count: > 0 } rows) mine.AddRange(rows);
            return (Owner: $"node-{claimer}", Rows: mine);
        }))).ConfigureAwait(false);

        Check.Sequence(Enumerable.Range(0, Due).Select(Key), claims.SelectMany(static claim => Keys(claim.Rows)).Order(), "The executions that eight claimers got");
        foreach (var (owner, rows) in claims)
            Check.That(rows.All(row => row.State.LeaseOwner == owner && row.State.LeaseEpoch == 1), $"What {owner} claimed must be its own, with epoch 1.");
    }

    private static async Task A_claimed_execution_is_not_due_before_its_lease_ends(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Running(T0))).ConfigureAwait(false);
        await probe.ClaimAsync(T0).ConfigureAwait(false);

        Check.Equal(0, (await probe.ClaimAsync(T0.AddSeconds(29.999), owner: "node-2").ConfigureAwait(false)).Count, "Rows claimed under a lease");
    }

    private static async Task An_expired_lease_can_be_claimed_by_another(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Running(T0))).ConfigureAwait(false);
        await probe.ClaimAsync(T0, owner: "node-1").ConfigureAwait(false);

        var taken = await probe.ClaimAsync(T0.AddSeconds(30), owner: "node-2").ConfigureAwait(false);

        Check.Sequence([Key(1)], Keys(taken), "What is due when the lease ends");
        Check.Equal(Leased("node-2", 2, T0.AddSeconds(60)), taken[0].State, "The row of the new holder");
    }

    private static async Task A_row_is_updated_by_its_holder_only(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Leased("node-1", 3, T0.AddSeconds(30)))).ConfigureAwait(false);
        var released = Running(T0.AddHours(1)) with { LeaseEpoch = 3 };

        Check.Equal(false, await probe.Store.UpdateRowAsync(Key(1), "node-2", 3, released, default).ConfigureAwait(false), "An update by another owner");
        Check.Equal(Leased("node-1", 3, T0.AddSeconds(30)), (await probe.RowAsync(1).ConfigureAwait(false)).State, "The row after a refused update");
        Check.Equal(true, await probe.Store.UpdateRowAsync(Key(1), "node-1", 3, released, default).ConfigureAwait(false), "An update by the owner");
        Check.Equal(released, (await probe.RowAsync(1).ConfigureAwait(false)).State, "The row after the update");
        Check.Equal(1, await probe.VersionAsync(1).ConfigureAwait(false), "An update of the row writes no entry: the version");
        Check.Equal(false, await probe.Store.UpdateRowAsync(Key(1), "node-1", 3, released, default).ConfigureAwait(false), "An update after the release");
        Check.Equal(false, await probe.Store.UpdateRowAsync(Key(9), "node-1", 3, released, default).ConfigureAwait(false), "An update of an unknown execution");
    }

    private static async Task A_row_update_with_a_stale_epoch_is_refused(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Leased("node-1", 3, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.ClaimAsync(T0.AddSeconds(30), owner: "node-1").ConfigureAwait(false);

        Check.Equal(false, await probe.Store.UpdateRowAsync(Key(1), "node-1", 3, Running(), default).ConfigureAwait(false), "An update with the old epoch");
        Check.Equal(Leased("node-1", 4, T0.AddSeconds(60)), (await probe.RowAsync(1).ConfigureAwait(false)).State, "The row after a refused update");
    }

    private static async Task A_renewal_tells_which_leases_were_lost(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Leased("node-1", 1, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Leased("node-2", 1, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, Leased("node-1", 2, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(4, Running())).ConfigureAwait(false);

        var kept = await probe.Store.RenewLeasesAsync(
            "node-1", [(Key(1), 1), (Key(2), 1), (Key(3), 1), (Key(4), 0), (Key(5), 1)], T0.AddSeconds(60), default).ConfigureAwait(false);

        Check.Sequence([Key(1)], kept, "The leases that were kept");
        Check.Equal(Leased("node-1", 1, T0.AddSeconds(60)), (await probe.RowAsync(1).ConfigureAwait(false)).State, "The renewed row");
        Check.Equal(Leased("node-2", 1, T0.AddSeconds(30)), (await probe.RowAsync(2).ConfigureAwait(false)).State, "Another owner's row");
        Check.Equal(Leased("node-1", 2, T0.AddSeconds(30)), (await probe.RowAsync(3).ConfigureAwait(false)).State, "The row of a later epoch");
        Check.Equal(Running(), (await probe.RowAsync(4).ConfigureAwait(false)).State, "A row that nobody holds");
    }

    private static async Task A_renewed_lease_ends_later(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Leased("node-1", 1, T0.AddSeconds(30)))).ConfigureAwait(false);
        await probe.Store.RenewLeasesAsync("node-1", [(Key(1), 1)], T0.AddSeconds(60), default).ConfigureAwait(false);

        Check.Equal(0, (await probe.ClaimAsync(T0.AddSeconds(59)).ConfigureAwait(false)).Count, "Rows due before the renewed lease ends");
        Check.Equal(1, (await probe.ClaimAsync(T0.AddSeconds(60)).ConfigureAwait(false)).Count, "Rows due when it ends");
    }

    private static async Task Each_queue_tells_when_it_is_next_due(StoreProbe probe)
    {
        Check.Equal(0, (await probe.Store.NextDueAsync(default).ConfigureAwait(false)).Count, "Queues of an empty store");
        await probe.WriteAsync(Insert(1, Running(T0.AddSeconds(9)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Running(T0.AddSeconds(5)))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, Running(T0.AddSeconds(7), queue: "invoices"))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(4, Running(queue: "never"))).ConfigureAwait(false);
        await probe.WriteAsync(Insert(5, Running(T0.AddDays(-1), queue: "~service"))).ConfigureAwait(false);

        var due = await probe.Store.NextDueAsync(default).ConfigureAwait(false);

        Check.Sequence(
            [("invoices", T0.AddSeconds(7)), (Function, T0.AddSeconds(5)), ("~service", T0.AddDays(-1))],
            due.OrderBy(static queue => queue.Queue, StringComparer.Ordinal), "When each queue is next due");
    }

    private static IEnumerable<ExecutionKey> Keys(IEnumerable<ExecutionRow> rows) => rows.Select(static row => row.Key);
}
