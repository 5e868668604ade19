using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>What a commit promises: whole or not at all, one entry per version, one execution per name.</summary>
internal static class CommitCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        A_new_execution_is_found_by_key_and_by_name,
        A_commit_without_a_row_moves_the_version_and_leaves_the_row_alone,
        A_commit_with_a_row_replaces_its_mutable_half,
        A_second_entry_of_a_version_conflicts,
        A_commit_to_an_unknown_execution_conflicts,
        A_key_that_is_taken_conflicts,
        A_conflict_inside_a_batch_leaves_the_others_committed,
        A_change_set_happens_whole_when_all_its_parts_can,
        A_change_set_with_one_conflicting_part_does_not_happen,
        A_change_set_with_a_taken_name_does_not_happen,
        A_refused_change_set_takes_its_batch_with_it_and_nothing_happens,
        One_name_started_a_hundred_times_at_once_starts_once,
        One_name_started_a_hundred_times_in_one_batch_starts_once,
        Names_are_per_function,
        Commit_ids_are_found_by_version,
        A_commit_id_of_a_missing_version_is_null);

    private static async Task A_new_execution_is_found_by_key_and_by_name(StoreProbe probe)
    {
        var row = Leased("node-1", 7, T0.AddSeconds(30)) with { Attention = ExecutionAttention.Parked, AttentionReason = "it's \"odd\"" };
        var change = Insert(1, row, "the-name");
        await probe.WriteAsync(change).ConfigureAwait(false);

        var expected = new ExecutionRow(change.Insert!, 1, row); // Insert always sets it
        Check.Equal(expected, await probe.RowAsync(1).ConfigureAwait(false), "The row by key");
        Check.Equal(expected, await probe.Store.FindByNameAsync(Function, "the-name", default).ConfigureAwait(false), "The row by name");
        Check.Equal(null, await probe.Store.FindByNameAsync(Function, "another", default).ConfigureAwait(false), "The row of an unknown name");
        Check.Equal(null, await probe.Store.FindAsync(Key(2), default).ConfigureAwait(false), "The row of an unknown key");
        Check.Equal(null, await probe.Store.LoadAsync(Key(2), default).ConfigureAwait(false), "What an unknown key loads");
    }

    private static async Task A_commit_without_a_row_moves_the_version_and_leaves_the_row_alone(StoreProbe probe)
    {
        var row = Leased("node-1", 3, T0.AddSeconds(30));
        await probe.WriteAsync(Insert(1, row)).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 1)).ConfigureAwait(false);

        var found = await probe.RowAsync(1).ConfigureAwait(false);
        Check.Equal(2, found.Version, "The version");
        Check.Equal(row, found.State, "The mutable half");
    }

    private static async Task A_commit_with_a_row_replaces_its_mutable_half(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, Leased("node-1", 3, T0.AddSeconds(30)))).ConfigureAwait(false);
        var ended = Ended(T0.AddDays(14), ExecutionStatus.TimedOut) with { LeaseEpoch = 3, WakeAt = T0.AddMilliseconds(1) };
        await probe.WriteAsync(Append(1, 1, ended)).ConfigureAwait(false);

        Check.Equal(ended, (await probe.RowAsync(1).ConfigureAwait(false)).State, "The mutable half");
    }

    private static async Task A_second_entry_of_a_version_conflicts(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 1)).ConfigureAwait(false);

        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(1, 1)).ConfigureAwait(false), "An entry at a version that exists");
        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(1, 3)).ConfigureAwait(false), "An entry that would leave a gap");
        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_commit_to_an_unknown_execution_conflicts(StoreProbe probe) =>
        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(1, 4)).ConfigureAwait(false), "An entry of an unknown execution");

    private static async Task A_key_that_is_taken_conflicts(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Insert(1, name: "another")).ConfigureAwait(false), "A second execution with the key");
    }

    private static async Task A_conflict_inside_a_batch_leaves_the_others_committed(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 1)).ConfigureAwait(false);

        var outcomes = await probe.Store.CommitAsync([probe.Set(Insert(2)), probe.Set(Append(1, 1)), probe.Set(Insert(3))]).ConfigureAwait(false);

        Check.Sequence([CommitOutcome.Committed, CommitOutcome.Conflict, CommitOutcome.Committed], outcomes, "The outcomes");
        await probe.RowAsync(2).ConfigureAwait(false);
        await probe.RowAsync(3).ConfigureAwait(false);
        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The version of the conflicting execution");
    }

    private static async Task A_change_set_happens_whole_when_all_its_parts_can(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 1), Insert(2)).ConfigureAwait(false);

        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The parent's version");
        Check.Equal(1, await probe.VersionAsync(2).ConfigureAwait(false), "The child's version");
    }

    private static async Task A_change_set_with_one_conflicting_part_does_not_happen(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2)).ConfigureAwait(false);

        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(1, 1), Append(2, 9)).ConfigureAwait(false), "A conflict in the second part");
        Check.Equal(CommitOutcome.Conflict, await probe.CommitAsync(Append(2, 9), Insert(3)).ConfigureAwait(false), "A conflict in the first part");
        Check.Equal(1, await probe.VersionAsync(1).ConfigureAwait(false), "The version of the part that could have happened");
        Check.Equal(null, await probe.Store.FindAsync(Key(3), default).ConfigureAwait(false), "The new execution of a refused change set");
    }

    private static async Task A_change_set_with_a_taken_name_does_not_happen(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, name: "taken")).ConfigureAwait(false);

        Check.Equal(CommitOutcome.NameTaken, await probe.CommitAsync(Append(1, 1), Insert(2, name: "taken")).ConfigureAwait(false), "A child with a taken name");
        Check.Equal(1, await probe.VersionAsync(1).ConfigureAwait(false), "The parent's version");
    }

    private static async Task A_refused_change_set_takes_its_batch_with_it_and_nothing_happens(StoreProbe probe)
    {
        var error = await CatchAsync(() => probe.Store.CommitAsync([probe.Set(Insert(1)), probe.Set(Insert(2), Unacceptable(3))])).ConfigureAwait(false);

        Check.That(error is not null and not StoreUnavailableException, "A new execution without a row must be refused as the caller's mistake.");
        for (var number = 1; number <= 3; number++)
            Check.Equal(null, await probe.Store.FindAsync(Key(number), default).ConfigureAwait(false), $"Execution {number} of a refused batch");
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
    }

    /// <summary>A new execution without a row: every store must refuse it.</summary>
    public static ExecutionChange Unacceptable(int number) => Insert(number) with { Row = null };

    private static async Task<Exception?> CatchAsync(Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static async Task One_name_started_a_hundred_times_at_once_starts_once(StoreProbe probe)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 100)
            .Select(number => Task.Run(() => probe.CommitAsync(Insert(number, name: "once"))))).ConfigureAwait(false);
        await CheckStartedOnceAsync(probe, outcomes).ConfigureAwait(false);
    }

    private static async Task One_name_started_a_hundred_times_in_one_batch_starts_once(StoreProbe probe) => await CheckStartedOnceAsync(
        probe, await probe.Store.CommitAsync([.. Enumerable.Range(1, 100).Select(number => probe.Set(Insert(number, name: "once")))]).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task CheckStartedOnceAsync(StoreProbe probe, IReadOnlyList<CommitOutcome> outcomes)
    {
        Check.Equal(1, outcomes.Count(static outcome => outcome == CommitOutcome.Committed), "Starts that succeeded");
        Check.Equal(99, outcomes.Count(static outcome => outcome == CommitOutcome.NameTaken), "Starts that found the name taken");
        Check.Equal(1, (await probe.Store.ListAsync(new RowFilter(), default).ConfigureAwait(false)).Count, "Executions");
    }

    private static async Task Names_are_per_function(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1, name: "same")).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, name: "same", function: "invoices")).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, name: "SAME")).ConfigureAwait(false);

        Check.Equal(Key(1), (await probe.Store.FindByNameAsync(Function, "same", default).ConfigureAwait(false))?.Key, "The name in one function");
        Check.Equal(Key(2), (await probe.Store.FindByNameAsync("invoices", "same", default).ConfigureAwait(false))?.Key, "The name in another function");
    }

    private static async Task Commit_ids_are_found_by_version(StoreProbe probe)
    {
        ChangeSet[] sets = [probe.Set(Insert(1)), probe.Set(Append(1, 1)), new ChangeSet(long.MaxValue, [Append(1, 2)])];
        foreach (var set in sets) await probe.Store.CommitAsync([set]).ConfigureAwait(false);

        for (var version = 1; version <= sets.Length; version++)
        {
            var found = await probe.Store.FindCommitAsync(Key(1), version, default).ConfigureAwait(false);
            Check.Equal(sets[version - 1].CommitId, found, $"The commit id of version {version}");
        }
    }

    private static async Task A_commit_id_of_a_missing_version_is_null(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);

        Check.Equal(null, await probe.Store.FindCommitAsync(Key(1), 2, default).ConfigureAwait(false), "The commit id of the next version");
        Check.Equal(null, await probe.Store.FindCommitAsync(Key(1), 0, default).ConfigureAwait(false), "The commit id of version 0");
        Check.Equal(null, await probe.Store.FindCommitAsync(Key(2), 1, default).ConfigureAwait(false), "The commit id of an unknown execution");
    }
}
