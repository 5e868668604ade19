using Microsoft.Data.Sqlite;
using Perdure.Storage;

namespace Perdure.Sqlite;

/// <summary>Reads: on connections of their own, beside the writer.</summary>
internal sealed partial class SqliteStore
{
    public Task<long?> FindCommitAsync(ExecutionKey key, long version, CancellationToken cancellationToken) => ReadAsync(
        session => session.Get("find_commit").Set("$key", key.Value).Set("$version", version).Scalar() as long?, cancellationToken);

    public Task<IReadOnlyList<(string Queue, DateTimeOffset DueAt)>> NextDueAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<(string, DateTimeOffset)>>(
            static session => session.Get("next_due").Read(static row => (row.GetString(0), Instant(row.GetInt64(1)))), cancellationToken);

    public Task<ExecutionRow?> FindAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        ReadAsync(session => FindRow(session, key), cancellationToken);

    public Task<ExecutionRow?> FindByNameAsync(string function, string name, CancellationToken cancellationToken) => ReadAsync(
        session => session.Get("find_row_by_name").Set("$function", function).Set("$name", name).Read(ReadRow).FirstOrDefault(), cancellationToken);

    public Task<LoadedExecution?> LoadAsync(ExecutionKey key, CancellationToken cancellationToken) => ReadAsync(
        session =>
        {
            // One view for all three reads: between two of them the writer may have moved on.
            using var view = session.BeginView();
            if (FindRow(session, key) is not { } row) return null;
            var snapshot = session.Get("find_snapshot").Set("$key", key.Value)
                .Read(static found => (Version: found.GetInt64(0), State: found.GetFieldValue<byte[]>(1))).FirstOrDefault();
            var tail = ReadEntries(session, key, snapshot.Version + 1, row.Version, withPayload: false);
            return new LoadedExecution(row, snapshot.Version, snapshot.State, tail);
        },
        cancellationToken);

    public Task<IReadOnlyList<JournalEntry>> ReadEntriesAsync(
        ExecutionKey key, long fromVersion, long toVersion, bool includePayload, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<JournalEntry>>(session => ReadEntries(session, key, fromVersion, toVersion, includePayload), cancellationToken);

    private static List<JournalEntry> ReadEntries(SqliteSession session, ExecutionKey key, long from, long to, bool withPayload) => session.Get("read_entries")
        .Set("$key", key.Value).Set("$from", from).Set("$to", to).Set("$with_payload", withPayload ? 1L : 0L)
        .Read(static row => new JournalEntry(
            row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.IsDBNull(3) ? default(ReadOnlyMemory<byte>) : row.GetFieldValue<byte[]>(3)));

    public Task<IReadOnlyList<ExecutionRow>> ListAsync(RowFilter filter, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<ExecutionRow>>(
        session => session.Get(filter.OldestFirst ? "list_rows_oldest_first" : "list_rows")
            .Set("$function", filter.Function).Set("$status", (long?)filter.Status).Set("$attention", (long?)filter.Attention)
            .Set("$include_hidden", filter.IncludeHidden ? 1L : 0L).Set("$before", filter.Before?.Value).Set("$after", filter.After?.Value).Set("$limit", filter.Limit).Read(ReadRow),
        cancellationToken);

    public Task<IReadOnlyList<ExecutionKey>> ListExpiredAsync(DateTimeOffset now, int max, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<ExecutionKey>>(
        session => session.Get("expired_keys").Set("$now", Milliseconds(now)).Set("$max", max).Read(static row => new ExecutionKey(row.GetInt64(0))),
        cancellationToken);

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadHeartbeatsAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<string, DateTimeOffset>>(session => ReadHeartbeats(session, key), cancellationToken);

    private static Dictionary<string, DateTimeOffset> ReadHeartbeats(SqliteSession session, ExecutionKey key) => session.Get("read_heartbeats")
        .Set("$key", key.Value).Read(static row => (row.GetString(0), Instant(row.GetInt64(1)))).ToDictionary(static beat => beat.Item1, static beat => beat.Item2);

    public Task<string?> ReadProgressAsync(ExecutionKey key, string operationId, CancellationToken cancellationToken) => ReadAsync(
        session => session.Get("read_progress").Set("$key", key.Value).Set("$operation", operationId).Scalar() as string, cancellationToken);

    public Task<byte[]> GetSecretAsync(CancellationToken cancellationToken) => WriteAsync(() => Session.InTransaction(() =>
    {
        Session.Get("write_setting").Set("$name", "token-key").Set("$value", System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)).Execute();
        return (byte[])Session.Get("read_setting").Set("$name", "token-key").Scalar()!; // written just above
    }));

    private static ExecutionRow? FindRow(SqliteSession session, ExecutionKey key) =>
        session.Get("find_row").Set("$key", key.Value).Read(ReadRow).FirstOrDefault();

    private static ExecutionRow ReadRow(SqliteDataReader row) => new(
        new ExecutionIdentity(new ExecutionKey(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.GetString(3), Instant(row.GetInt64(4))) { IsHidden = row.GetInt64(15) != 0 },
        row.GetInt64(5),
        new RowState
        {
            Status = (ExecutionStatus)row.GetInt32(6),
            Queue = row.GetString(7),
            WakeAt = OptionalInstant(row, 8),
            LeaseOwner = row.IsDBNull(9) ? null : row.GetString(9),
            LeaseEpoch = row.GetInt64(10),
            EndedAt = OptionalInstant(row, 11),
            ExpiresAt = OptionalInstant(row, 12),
            Attention = (ExecutionAttention)row.GetInt32(13),
            AttentionReason = row.IsDBNull(14) ? null : row.GetString(14),
        });

    private static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    private static long? Milliseconds(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds();

    private static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? OptionalInstant(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Instant(row.GetInt64(column));

    private Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(SqliteFile.Translate(path, () => _readers.Use(read)));
    }
}
