using Perdure.Sqlite;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Conformance;

public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    private string FilePath => _directory.File("store.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_empty_file_gets_the_newest_schema()
    {
        await OpenAndCloseAsync();

        Assert.Equal((long)SqlText.Migrations[^1].Version, Scalar("pragma user_version"));
        Assert.Equal(0x50445231L, Scalar("pragma application_id"));
        Assert.Equal(5L, Scalar("select count(*) from sqlite_master where type = 'table' and name in ('executions', 'journal', 'snapshots', 'heartbeats', 'settings')"));
    }

    [Fact]
    public async Task A_file_is_opened_again_without_a_second_migration()
    {
        await OpenAndCloseAsync();
        var schema = Scalar("select group_concat(sql) from sqlite_master");
        await OpenAndCloseAsync();

        Assert.Equal(schema, Scalar("select group_concat(sql) from sqlite_master"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_the_file_is_unchanged()
    {
        await OpenAndCloseAsync();
        Execute("pragma journal_mode = delete; pragma user_version = 99");
        var before = File.ReadAllBytes(FilePath);

        var error = await Assert.ThrowsAsync<NotSupportedException>(OpenAndCloseAsync);

        Assert.Contains("schema version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("[PDR0401]", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Theory]
    [InlineData("create table customers (id integer)")]
    [InlineData("pragma user_version = 1")]
    [InlineData("pragma user_version = 99; pragma application_id = 7")]
    public async Task A_file_of_another_application_is_refused_and_unchanged(string made)
    {
        Execute(made);
        var before = File.ReadAllBytes(FilePath);

        var error = await Assert.ThrowsAsync<NotSupportedException>(OpenAndCloseAsync);

        Assert.Contains("another application", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_unchanged()
    {
        await File.WriteAllTextAsync(FilePath, string.Concat(Enumerable.Repeat("a letter to a friend\n", 100)));
        var before = await File.ReadAllBytesAsync(FilePath);

        await Assert.ThrowsAnyAsync<Exception>(OpenAndCloseAsync);

        Assert.Equal(before, await File.ReadAllBytesAsync(FilePath));
    }

    [Fact]
    public async Task A_second_holder_is_refused_with_the_name_of_the_first()
    {
        await using var first = new SqliteStore(FilePath, _clock);
        await first.OpenAsync("host-a/4711", default);
        await using var second = new SqliteStore(FilePath, _clock);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => second.OpenAsync("host-b/4712", default));

        Assert.Contains("host-a/4711", error.Message, StringComparison.Ordinal);
        Assert.Contains(FilePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("[PDR0404]", error.Message, StringComparison.Ordinal);
        Assert.Empty(await first.ListAsync(new RowFilter(), default)); // the holder goes on
    }

    [Fact]
    public async Task A_closed_store_leaves_the_file_to_the_next()
    {
        await OpenAndCloseAsync();
        await OpenAndCloseAsync();
    }

    [Fact]
    public async Task A_refused_file_is_not_held()
    {
        Execute("create table customers (id integer)");
        await Assert.ThrowsAsync<NotSupportedException>(OpenAndCloseAsync);
        Execute("drop table customers");

        await OpenAndCloseAsync();
    }

    [Fact]
    public async Task An_expired_execution_leaves_no_row_in_any_table()
    {
        await using (var store = new SqliteStore(FilePath, _clock))
        {
            await store.OpenAsync("node", default);
            var key = new ExecutionKey(1);
            var running = new RowState { Status = ExecutionStatus.Running, Queue = "f" };
            var change = new ExecutionChange { Key = key, ExpectedVersion = 0, Entry = "{}"u8.ToArray(), Payload = default };
            await store.CommitAsync([new ChangeSet(1, [change with { Row = running, Insert = new ExecutionIdentity(key, "f", "1", "n", _clock.GetUtcNow()) }])]);
            await store.BeatAsync(key, "a", _clock.GetUtcNow(), null, default);
            var ended = running with { Status = ExecutionStatus.Failed, EndedAt = _clock.GetUtcNow(), ExpiresAt = _clock.GetUtcNow() };
            await store.CommitAsync([new ChangeSet(2, [change with { ExpectedVersion = 1, Row = ended, Snapshot = "{}"u8.ToArray() }])]);

            Assert.Equal(1, await store.DeleteExpiredAsync([key], _clock.GetUtcNow(), default));
        }

        foreach (var table in (string[])["executions", "journal", "snapshots", "heartbeats"]) Assert.Equal(0L, Scalar($"select count(*) from {table}"));
    }

    private async Task OpenAndCloseAsync()
    {
        await using var store = new SqliteStore(FilePath, _clock);
        await store.OpenAsync("node", default);
    }

    private object? Scalar(string sql)
    {
        using var connection = SqliteFile.Open(FilePath);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private void Execute(string sql) => Scalar(sql);
}
