using Perdure.Engine.Storage;
using Perdure.Replay;
using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>The store under the engine's group commit: unknown outcomes are found out, a culprit fails alone.</summary>
internal static class QueueCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        A_commit_whose_answer_was_lost_is_found_by_its_id,
        A_start_whose_answer_was_lost_is_found_by_its_id,
        A_whole_batch_whose_answer_was_lost_is_found_by_its_ids,
        A_commit_that_never_arrived_is_made_again,
        A_commit_that_another_one_overtook_is_a_conflict,
        A_refused_change_set_fails_alone,
        Change_sets_of_one_execution_are_never_in_the_same_batch);

    private static async Task A_commit_whose_answer_was_lost_is_found_by_its_id(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var queue = Queue(new Interrupted(probe.Store, afterwards: true));

        Check.Equal(CommitOutcome.Committed, await queue.CommitAsync(probe.Set(Append(1, 1))).ConfigureAwait(false), "The commit whose answer was lost");
        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_start_whose_answer_was_lost_is_found_by_its_id(StoreProbe probe)
    {
        var queue = Queue(new Interrupted(probe.Store, afterwards: true));

        Check.Equal(CommitOutcome.Committed, await queue.CommitAsync(probe.Set(Insert(1))).ConfigureAwait(false), "The start whose answer was lost");
        Check.Equal(1, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_whole_batch_whose_answer_was_lost_is_found_by_its_ids(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(0)).ConfigureAwait(false);
        await probe.WriteAsync(Append(0, 1)).ConfigureAwait(false);
        var watched = new Held(new Interrupted(probe.Store, afterwards: true, atLeast: 2));
        var queue = Queue(watched);
        var first = queue.CommitAsync(probe.Set(Insert(1)));
        await watched.FirstBatch.ConfigureAwait(false);
        List<Task<CommitOutcome>> others = [.. Enumerable.Range(2, 20).Select(number => queue.CommitAsync(probe.Set(Insert(number))))];
        var late = queue.CommitAsync(probe.Set(Append(0, 1)));
        watched.Release();

        var outcomes = await Task.WhenAll([first, .. others]).ConfigureAwait(false);
        Check.That(outcomes.All(static outcome => outcome == CommitOutcome.Committed), $"Every start must be found; the outcomes were [{string.Join(", ", outcomes)}].");
        Check.Equal(CommitOutcome.Conflict, await late.ConfigureAwait(false), "The one that had met a conflict");
    }

    private static async Task A_commit_that_never_arrived_is_made_again(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var queue = Queue(new Interrupted(probe.Store, afterwards: false));

        Check.Equal(CommitOutcome.Committed, await queue.CommitAsync(probe.Set(Append(1, 1))).ConfigureAwait(false), "The commit that was made again");
        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_commit_that_another_one_overtook_is_a_conflict(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var queue = Queue(new Interrupted(probe.Store, afterwards: false, () => probe.WriteAsync(Append(1, 1))));

        Check.Equal(CommitOutcome.Conflict, await queue.CommitAsync(probe.Set(Append(1, 1))).ConfigureAwait(false), "The commit that was overtaken");
        Check.Equal(2, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_refused_change_set_fails_alone(StoreProbe probe)
    {
        var watched = new Held(probe.Store);
        var queue = Queue(watched);
        var first = queue.CommitAsync(probe.Set(Insert(1)));
        await watched.FirstBatch.ConfigureAwait(false);
        var others = Enumerable.Range(2, 8).Select(number => queue.CommitAsync(probe.Set(Insert(number)))).ToList();
        var refused = queue.CommitAsync(probe.Set(Insert(100), CommitCases.Unacceptable(101)));
        others.AddRange(Enumerable.Range(10, 8).Select(number => queue.CommitAsync(probe.Set(Insert(number)))));
        watched.Release();

        var outcomes = await Task.WhenAll([first, .. others]).ConfigureAwait(false);
        Check.That(outcomes.All(static outcome => outcome == CommitOutcome.Committed), $"Every other change set must be committed; found [{string.Join(", ", outcomes)}].");
        await refused.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        Check.That(refused.IsFaulted, "The refused change set must fail.");
        Check.Equal(null, await probe.Store.FindAsync(Key(100), default).ConfigureAwait(false), "The other part of the refused change set");
        Check.That(watched.LargestBatch > 1, "The change sets that gathered must have been one batch.");
    }

    private static async Task Change_sets_of_one_execution_are_never_in_the_same_batch(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        var watched = new Held(probe.Store);
        var queue = Queue(watched);
        var first = queue.CommitAsync(probe.Set(Insert(2)));
        await watched.FirstBatch.ConfigureAwait(false);
        Task<CommitOutcome>[] rivals = [.. Enumerable.Range(0, 5).Select(_ => queue.CommitAsync(probe.Set(Append(1, 1))))];
        watched.Release();

        await first.ConfigureAwait(false);
        var outcomes = await Task.WhenAll(rivals).ConfigureAwait(false);
        Check.Equal(1, outcomes.Count(static outcome => outcome == CommitOutcome.Committed), "Rivals that were committed");
        Check.Equal(4, outcomes.Count(static outcome => outcome == CommitOutcome.Conflict), "Rivals that met a conflict");
        Check.Equal(1, watched.LargestBatch, "The largest batch");
    }

    private static CommitQueue Queue(IExecutionStore store) => new(store, ThreadPoolWorkQueue.Instance);

    /// <summary>Loses the connection once: before the first batch of a size reaches the store, or before its answer comes back.</summary>
    private sealed class Interrupted(IExecutionStore inner, bool afterwards, Func<Task>? meanwhile = null, int atLeast = 1) : DelegatingStore(inner)
    {
        private bool _done;

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
        {
            if (_done || batch.Count < atLeast) return await Inner.CommitAsync(batch).ConfigureAwait(false);
            _done = true;
            if (afterwards) await Inner.CommitAsync(batch).ConfigureAwait(false);
            if (meanwhile is not null) await meanwhile().ConfigureAwait(false);
            throw new StoreUnavailableException("The connection was lost.");
        }
    }

    /// <summary>Holds the first batch until it is released, so that others gather behind it.</summary>
    private sealed class Held(IExecutionStore inner) : DelegatingStore(inner)
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task FirstBatch => _arrived.Task;

        public int LargestBatch { get; private set; }

        public void Release() => _released.SetResult();

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
        {
            LargestBatch = Math.Max(LargestBatch, batch.Count);
            _arrived.TrySetResult();
            await _released.Task.ConfigureAwait(false);
            return await Inner.CommitAsync(batch).ConfigureAwait(false);
        }
    }
}
