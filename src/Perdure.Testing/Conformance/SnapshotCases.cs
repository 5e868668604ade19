using Perdure.Operations.Execution;
using Perdure.Engine.Executions;
using Perdure.Protocol;
using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>Snapshots: a cache that shortens a load and never changes what is loaded.</summary>
internal static class SnapshotCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        A_load_is_the_snapshot_and_the_entries_after_it,
        A_later_snapshot_replaces_an_earlier_one,
        A_deleted_snapshot_leaves_the_whole_journal_to_load,
        A_deleted_snapshot_leaves_the_same_state,
        A_refused_commit_writes_no_snapshot);

    private static async Task A_load_is_the_snapshot_and_the_entries_after_it(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 4).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 4) with { Snapshot = Bytes("""{"at":4}""") }).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 5)).ConfigureAwait(false);

        await CheckLoadAsync(probe, 4, """{"at":4}""", [5, 6]).ConfigureAwait(false);
        Check.Equal(6, (await probe.EntriesAsync(1).ConfigureAwait(false)).Count, "Entries that a snapshot leaves to read");
    }

    private static async Task A_later_snapshot_replaces_an_earlier_one(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 3).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 3) with { Snapshot = Bytes("""{"at":3}""") }).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 4) with { Snapshot = Bytes("""{"at":4}""") }).ConfigureAwait(false);

        await CheckLoadAsync(probe, 4, """{"at":4}""", [5]).ConfigureAwait(false);
    }

    private static async Task A_deleted_snapshot_leaves_the_whole_journal_to_load(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 2).ConfigureAwait(false);
        await probe.WriteAsync(Append(1, 2) with { Snapshot = Bytes("""{"at":2}""") }).ConfigureAwait(false);
        await probe.Store.DeleteSnapshotAsync(Key(1), default).ConfigureAwait(false);

        await CheckLoadAsync(probe, 0, "", [1, 2, 3]).ConfigureAwait(false);
        await probe.Store.DeleteSnapshotAsync(Key(1), default).ConfigureAwait(false);
        await probe.Store.DeleteSnapshotAsync(Key(9), default).ConfigureAwait(false);
    }

    private static async Task CheckLoadAsync(StoreProbe probe, long snapshotVersion, string snapshot, long[] tail)
    {
        var loaded = await probe.LoadAsync(1).ConfigureAwait(false);
        Check.Equal(snapshotVersion, loaded.SnapshotVersion, "The snapshot's version");
        Check.Bytes(Bytes(snapshot), loaded.Snapshot, "The snapshot");
        Check.Sequence(tail, loaded.Tail.Select(static entry => entry.Version), "The entries after the snapshot");
    }

    private static async Task A_refused_commit_writes_no_snapshot(StoreProbe probe)
    {
        await JournalCases.WriteJournalAsync(probe, 1, 2).ConfigureAwait(false);
        await probe.CommitAsync(Append(1, 1) with { Snapshot = Bytes("""{"at":1}""") }).ConfigureAwait(false);

        Check.Equal(0, (await probe.LoadAsync(1).ConfigureAwait(false)).SnapshotVersion, "The snapshot's version after a conflict");
    }

    private static async Task A_deleted_snapshot_leaves_the_same_state(StoreProbe probe)
    {
        var written = await WriteLifeAsync(probe, snapshotAt: 4).ConfigureAwait(false);
        var withSnapshot = await probe.LoadAsync(1).ConfigureAwait(false);
        await probe.Store.DeleteSnapshotAsync(Key(1), default).ConfigureAwait(false);
        var without = await probe.LoadAsync(1).ConfigureAwait(false);

        Check.Equal(4, withSnapshot.SnapshotVersion, "The snapshot's version");
        Check.Equal(0, without.SnapshotVersion, "The snapshot's version after its deletion");
        CheckSame(written, ExecutionState.Load(withSnapshot), "The state loaded with a snapshot");
        CheckSame(written, ExecutionState.Load(without), "The state loaded without a snapshot");
    }

    /// <summary>A snapshot holds all that a state remembers: equal snapshots, equal states.</summary>
    private static void CheckSame(ExecutionState expected, ExecutionState actual, string what)
    {
        Check.Equal(expected.Version, actual.Version, $"{what}: its version");
        Check.Sequence(expected.Operations, actual.Operations, $"{what}: its operations");
        Check.Sequence(expected.Timers, actual.Timers, $"{what}: its timers");
        Check.Equal(expected.WakeableCount, actual.WakeableCount, $"{what}: its operations that can wake it");
        Check.Bytes(expected.Snapshot(), actual.Snapshot(), $"{what}: all of it");
    }

    /// <summary>Two invocations, with something of every shape that a state can hold; the second one still runs.</summary>
    private static async Task<ExecutionState> WriteLifeAsync(StoreProbe probe, long snapshotAt)
    {
        var state = new ExecutionState(Insert(1).Insert!); // Insert always sets it
        var now = T0;
        Command[] life =
        [
            new Command.Start(new ExecutionSettings(86_400, 0, Caller: null), new BeginArgs(1, "node-1")),
            Checkpoint(state, Start("ctx", OperationTypes.Context), Start("step", OperationTypes.Step) with { ParentId = "ctx", Name = "charge" }),
            Checkpoint(state, Start("step", OperationTypes.Step) with { Action = OperationAction.Retry, ParentId = "ctx", StepOptions = new() { NextAttemptDelaySeconds = 5 } }),
            Checkpoint(state, Start("wait", OperationTypes.Wait) with { WaitOptions = new(60) }),
            Checkpoint(state, Start("ask", OperationTypes.Callback) with { CallbackOptions = new() { TimeoutSeconds = 600, HeartbeatTimeoutSeconds = 30 } }),
            new Command.EndInvocation(1, new InvocationEnd.Pending(), 0),
            new Command.Resume(new BeginArgs(2, "node-2")),
            Checkpoint(state, Start("late", OperationTypes.Step)),
        ];
        foreach (var command in life)
        {
            var payloads = new PayloadWriter(state.Version + 1);
            var facts = new Facts { Now = now, Ids = new SeededIdSource((int)state.Version), Signer = new TokenSigner(new byte[32]), Rules = new EngineRules() };
            var decision = ExecutionMachine.Apply(state, command, facts, payloads);
            var changes = decision.Changes ?? throw new InvalidOperationException($"Every part of this life changes something, but {command} does not.");
            var entry = EntryJson.Write(changes);
            await probe.WriteAsync(new ExecutionChange
            {
                Key = Key(1),
                ExpectedVersion = state.Version,
                Entry = entry,
                Payload = decision.Payload,
                Insert = state.Version == 0 ? state.Identity : null,
                Row = decision.Row,
                Snapshot = state.Version == snapshotAt ? state.Snapshot() : default(ReadOnlyMemory<byte>?),
            }).ConfigureAwait(false);
            state.Fold(state.Version + 1, changes, entry.Length);
            now = now.AddSeconds(5);
        }

        return state;
    }

    private static OperationUpdate Start(string id, string type) => new() { Id = id, Type = type, Action = OperationAction.Start };

    private static Command.Checkpoint Checkpoint(ExecutionState state, params OperationUpdate[] updates) =>
        new([.. updates.Select(static update => new UpdateInput(update, null, null))], "token", state.Version);
}
