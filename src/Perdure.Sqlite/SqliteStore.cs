using Microsoft.Data.Sqlite;
using Perdure.Storage;

namespace Perdure.Sqlite;

/// <summary>Executions in one SQLite file, durable at power loss (<c>synchronous=FULL</c>), held by one process at a time.</summary>
/// <remarks>The file's lock is the process's proof that it is alone; a second process is refused with the path and the holder.</remarks>
internal sealed partial class SqliteStore(string path, TimeProvider clock) : IExecutionStore, IDisposable
{
    private readonly SqliteReaders _readers = new(path);
    private FileHold? _hold;
    private WriterThread? _writer;
    private SqliteSession? _session;
    private long _lastEntryId;

    public TimeProvider Clock => clock;

    public bool IsExclusive => true;

    private WriterThread Writer => _writer ?? throw new ObjectDisposedException(nameof(SqliteStore), "The store is not open.");

    internal SqliteSession Session => _session ?? throw new ObjectDisposedException(nameof(SqliteStore), "The store is not open.");

    public async Task OpenAsync(string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _hold = FileHold.Take(path, owner);
        _writer = new WriterThread();
        try
        {
            await WriteAsync(() =>
            {
                _session = new SqliteSession(SqliteFile.Open(path));
                SchemaMigrations.Verify(_session, path);
                SqliteFile.Configure(_session);
                SchemaMigrations.Apply(_session);
                _lastEntryId = (long)Session.Get("last_entry_id").Scalar()!; // an aggregate always has a row
                return _session.InTransaction(() => Session.Get("expire_leases").Set("$now", Milliseconds(clock.GetUtcNow())).Set("$owner", owner).Execute());
            }).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch) => WriteAsync(() => CommitBatch(batch));

    private IReadOnlyList<CommitOutcome> CommitBatch(IReadOnlyList<ChangeSet> batch) => Session.InTransaction<IReadOnlyList<CommitOutcome>>(() =>
    {
        var outcomes = new CommitOutcome[batch.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Commit(batch[i]);
        return outcomes;
    });

    /// <summary>Looks at every execution before it writes to any: a change set happens whole or not at all.</summary>
    private CommitOutcome Commit(ChangeSet changes)
    {
        Span<long> heads = stackalloc long[changes.Changes.Count];
        for (var i = 0; i < heads.Length; i++)
        {
            if (Check(changes.Changes[i], out heads[i]) is var outcome and not CommitOutcome.Committed) return outcome;
        }

        for (var i = 0; i < heads.Length; i++) Write(changes.Changes[i], heads[i], changes.CommitId);
        return CommitOutcome.Committed;
    }

    private CommitOutcome Check(ExecutionChange change, out long head)
    {
        head = 0;
        var found = Session.Get("find_head").Set("$key", change.Key.Value).Read(static row => (Version: row.GetInt64(0), Head: row.GetInt64(1)));
        if (change.Insert is { } insert)
        {
            if (found.Count > 0) return CommitOutcome.Conflict;
            var taken = Session.Get("name_exists").Set("$function", insert.Function).Set("$name", insert.Name).Scalar();
            return taken is null ? CommitOutcome.Committed : CommitOutcome.NameTaken;
        }

        if (found.Count == 0 || found[0].Version != change.ExpectedVersion) return CommitOutcome.Conflict;
        head = found[0].Head;
        if (change.Guards.Count == 0) return CommitOutcome.Committed;
        var beats = ReadHeartbeats(Session, change.Key);
        return change.Guards.All(guard => (beats.TryGetValue(guard.OperationId, out var beat) ? beat : null) == guard.LastBeat)
            ? CommitOutcome.Committed
            : CommitOutcome.HeartbeatMoved;
    }

    private void Write(ExecutionChange change, long head, long commitId)
    {
        // Never taken back: a commit that reported an error may have happened all the same, and a gap costs nothing.
        var id = ++_lastEntryId;
        var version = change.ExpectedVersion + 1;
        if (change.Insert is { } insert)
        {
            var row = change.Row ?? throw new ArgumentException($"The new execution {change.Key} has no row.", nameof(change));
            SetRow(
                Session.Get("insert_execution")
                    .Set("$function", insert.Function).Set("$function_version", insert.FunctionVersion).Set("$name", insert.Name)
                    .Set("$started_at", Milliseconds(insert.StartedAt)).Set("$hidden", insert.IsHidden ? 1L : 0L),
                row).Set("$key", change.Key.Value).Set("$head", id).Execute();
        }
        else
        {
            var move = change.Row is { } row ? SetRow(Session.Get("move_head_and_row"), row) : Session.Get("move_head");
            move.Set("$key", change.Key.Value).Set("$version", version).Set("$head", id).Execute();
        }

        Session.Get("append_entry")
            .Set("$id", id).Set("$execution", change.Key.Value).Set("$version", version).Set("$previous", head).Set("$commit_id", commitId)
            .Set("$entry", Bytes(change.Entry)).Set("$payload", Bytes(change.Payload)).Execute();
        if (change.Snapshot is { } snapshot)
            Session.Get("put_snapshot").Set("$execution", change.Key.Value).Set("$version", change.ExpectedVersion).Set("$state", Bytes(snapshot)).Execute();
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Offset == 0 && segment.Count == array.Length
            ? array
            : memory.ToArray();

    private static Statement SetRow(Statement statement, RowState row) => statement
        .Set("$status", (long)row.Status).Set("$queue", row.Queue).Set("$wake_at", Milliseconds(row.WakeAt))
        .Set("$lease_owner", row.LeaseOwner).Set("$lease_epoch", row.LeaseEpoch)
        .Set("$ended_at", Milliseconds(row.EndedAt)).Set("$expires_at", Milliseconds(row.ExpiresAt))
        .Set("$attention", (long)row.Attention).Set("$attention_reason", row.AttentionReason);

    public Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) => WriteAsync(() =>
        Session.InTransaction<IReadOnlyList<ExecutionRow>>(() =>
        {
            var keys = Session.Get("due_keys").Set("$queue", request.Queue).Set("$now", Milliseconds(request.Now)).Set("$max", request.Max)
                .Read(static row => row.GetInt64(0));

            // One by one, in the order of the keys: what one statement returns for many has no order, and the due times are overwritten.
            return
            [
                .. keys.SelectMany(key => Session.Get("claim")
                    .Set("$owner", request.Owner).Set("$lease_until", Milliseconds(request.LeaseUntil)).Set("$key", key).Read(ReadRow)),
            ];
        }));

    public Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken) =>
        WriteAsync(() => Session.InTransaction(() => SetRow(Session.Get("update_row"), state)
            .Set("$key", key.Value).Set("$held_by", owner).Set("$held_epoch", epoch).Execute() == 1));

    public Task<IReadOnlySet<ExecutionKey>> RenewLeasesAsync(
        string owner, IReadOnlyList<(ExecutionKey Key, long Epoch)> leases, DateTimeOffset until, CancellationToken cancellationToken) => WriteAsync(() =>
        Session.InTransaction<IReadOnlySet<ExecutionKey>>(() => leases
            .Where(lease => Session.Get("renew_lease")
                .Set("$until", Milliseconds(until)).Set("$key", lease.Key.Value).Set("$owner", owner).Set("$epoch", lease.Epoch).Execute() == 1)
            .Select(static lease => lease.Key)
            .ToHashSet()));

    public Task BeatAsync(ExecutionKey key, string operationId, DateTimeOffset at, string? progress, CancellationToken cancellationToken) => WriteAsync(() =>
        Session.InTransaction(() => Session.Get("beat")
            .Set("$key", key.Value).Set("$operation", operationId).Set("$at", Milliseconds(at)).Set("$progress", progress).Execute()));

    public Task<int> DeleteExpiredAsync(IReadOnlyList<ExecutionKey> keys, DateTimeOffset now, CancellationToken cancellationToken) => WriteAsync(() => Session.InTransaction(() =>
    {
        var deleted = 0;
        foreach (var key in keys)
        {
            if (Session.Get("is_expired").Set("$key", key.Value).Set("$now", Milliseconds(now)).Scalar() is null) continue;
            foreach (var statement in Deletions) Session.Get(statement).Set("$key", key.Value).Execute();
            deleted++;
        }

        return deleted;
    }));

    /// <summary>The row goes last: the entries are found through it.</summary>
    private static readonly string[] Deletions = ["delete_entries", "delete_snapshot", "delete_heartbeats", "delete_execution"];

    public Task DeleteSnapshotAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        WriteAsync(() => Session.InTransaction(() => Session.Get("delete_snapshot").Set("$key", key.Value).Execute()));

    internal Task<T> WriteAsync<T>(Func<T> work) => Writer.RunAsync(() => SqliteFile.Translate(path, work));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the writer after what it has begun; a container that is disposed synchronously calls this.</summary>
    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
        _session?.Dispose();
        _session = null;
        _readers.Dispose();
        _hold?.Dispose();
        _hold = null;
    }
}
