using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>Heartbeats: outside the journal, and yet a deadline never fires against one that came in time.</summary>
internal static class HeartbeatCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        Heartbeats_are_read_back_per_operation,
        A_heartbeat_never_goes_back,
        A_heartbeat_writes_no_entry,
        A_commit_guarded_by_the_known_heartbeat_happens,
        A_commit_guarded_by_no_heartbeat_happens_when_there_is_none,
        A_heartbeat_that_moved_stops_the_commit_and_nothing_happens,
        A_first_heartbeat_stops_a_commit_that_knew_none,
        A_heartbeat_of_an_unknown_execution_leaves_nothing,
        What_a_heartbeat_says_is_kept_until_a_later_one_says_more);

    private static async Task Heartbeats_are_read_back_per_operation(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        Check.Equal(0, (await BeatsAsync(probe).ConfigureAwait(false)).Count, "Heartbeats before the first");
        await BeatAsync(probe, "a", 1.25).ConfigureAwait(false);
        await BeatAsync(probe, "b", 2).ConfigureAwait(false);

        Check.Sequence(
            [("a", T0.AddSeconds(1.25)), ("b", T0.AddSeconds(2))],
            (await BeatsAsync(probe).ConfigureAwait(false)).Select(static beat => (beat.Key, beat.Value)).Order(), "The heartbeats of one execution");
        Check.Equal(0, (await probe.Store.ReadHeartbeatsAsync(Key(2), default).ConfigureAwait(false)).Count, "Heartbeats of another execution");
    }

    private static async Task What_a_heartbeat_says_is_kept_until_a_later_one_says_more(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        Check.Equal(null, await probe.Store.ReadProgressAsync(Key(1), "a", default).ConfigureAwait(false), "Progress before the first heartbeat");
        await probe.Store.BeatAsync(Key(1), "a", T0.AddSeconds(2), "half", default).ConfigureAwait(false);
        await probe.Store.BeatAsync(Key(1), "a", T0.AddSeconds(1), "late", default).ConfigureAwait(false);
        await probe.Store.BeatAsync(Key(1), "a", T0.AddSeconds(3), null, default).ConfigureAwait(false);
        Check.Equal("half", await probe.Store.ReadProgressAsync(Key(1), "a", default).ConfigureAwait(false), "Progress after a late and a silent heartbeat");

        await probe.Store.BeatAsync(Key(1), "a", T0.AddSeconds(3), "it's \"all\"", default).ConfigureAwait(false);
        Check.Equal("it's \"all\"", await probe.Store.ReadProgressAsync(Key(1), "a", default).ConfigureAwait(false), "Progress after another one");
        Check.Equal(null, await probe.Store.ReadProgressAsync(Key(1), "b", default).ConfigureAwait(false), "Progress of another operation");
        Check.Equal(null, await probe.Store.ReadProgressAsync(Key(2), "a", default).ConfigureAwait(false), "Progress of another execution");
    }

    private static async Task A_heartbeat_never_goes_back(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        await BeatAsync(probe, "a", 5).ConfigureAwait(false);
        await BeatAsync(probe, "a", 4).ConfigureAwait(false);

        Check.Equal(T0.AddSeconds(5), (await BeatsAsync(probe).ConfigureAwait(false))["a"], "The last heartbeat");
    }

    private static async Task A_heartbeat_writes_no_entry(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        var before = await probe.RowAsync(1).ConfigureAwait(false);
        await BeatAsync(probe, "a", 5).ConfigureAwait(false);

        Check.Equal(before, await probe.RowAsync(1).ConfigureAwait(false), "The row after a heartbeat");
    }

    private static async Task A_commit_guarded_by_the_known_heartbeat_happens(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        await BeatAsync(probe, "a", 5.25).ConfigureAwait(false);
        await BeatAsync(probe, "b", 9).ConfigureAwait(false);

        await probe.WriteAsync(Append(1, 1) with { Guards = [new HeartbeatGuard("a", T0.AddSeconds(5.25))] }).ConfigureAwait(false);
    }

    private static async Task A_commit_guarded_by_no_heartbeat_happens_when_there_is_none(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        await BeatAsync(probe, "b", 9).ConfigureAwait(false);

        await probe.WriteAsync(Append(1, 1) with { Guards = [new HeartbeatGuard("a", null)] }).ConfigureAwait(false);
    }

    private static async Task A_heartbeat_that_moved_stops_the_commit_and_nothing_happens(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        await BeatAsync(probe, "a", 5).ConfigureAwait(false);
        await BeatAsync(probe, "a", 6).ConfigureAwait(false);

        var outcomes = await probe.Store.CommitAsync(
        [
            probe.Set(Insert(3), Append(1, 1, Ended()) with { Guards = [new HeartbeatGuard("a", T0.AddSeconds(5))] }),
            probe.Set(Insert(4)),
        ]).ConfigureAwait(false);

        Check.Sequence([CommitOutcome.HeartbeatMoved, CommitOutcome.Committed], outcomes, "The outcomes");
        Check.Equal(new ExecutionRow(Insert(1).Insert!, 1, Running()), await probe.RowAsync(1).ConfigureAwait(false), "The row after a heartbeat moved"); // Insert always sets it
        Check.Equal(null, await probe.Store.FindAsync(Key(3), default).ConfigureAwait(false), "The other part of the change set");
    }

    private static async Task A_first_heartbeat_stops_a_commit_that_knew_none(StoreProbe probe)
    {
        await StartAsync(probe).ConfigureAwait(false);
        await BeatAsync(probe, "a", 1).ConfigureAwait(false);

        var outcome = await probe.CommitAsync(Append(1, 1) with { Guards = [new HeartbeatGuard("a", null)] }).ConfigureAwait(false);

        Check.Equal(CommitOutcome.HeartbeatMoved, outcome, "A commit that knew of no heartbeat");
        Check.Equal(1, await probe.VersionAsync(1).ConfigureAwait(false), "The version");
    }

    private static async Task A_heartbeat_of_an_unknown_execution_leaves_nothing(StoreProbe probe)
    {
        await BeatAsync(probe, "a", 1).ConfigureAwait(false);
        await StartAsync(probe).ConfigureAwait(false);

        Check.Equal(0, (await BeatsAsync(probe).ConfigureAwait(false)).Count, "Heartbeats from before the execution existed");
    }

    private static Task StartAsync(StoreProbe probe) => probe.WriteAsync(Insert(1));

    private static Task BeatAsync(StoreProbe probe, string operation, double second) =>
        probe.Store.BeatAsync(Key(1), operation, T0.AddSeconds(second), null, CancellationToken.None);

    private static Task<IReadOnlyDictionary<string, DateTimeOffset>> BeatsAsync(StoreProbe probe) =>
        probe.Store.ReadHeartbeatsAsync(Key(1), CancellationToken.None);
}
