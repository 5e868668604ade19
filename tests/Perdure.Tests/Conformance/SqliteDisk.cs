using Perdure.Sqlite;
using Perdure.Storage;
using Perdure.Testing;
using Perdure.Testing.Conformance;

namespace Perdure.Tests.Conformance;

/// <summary>A store's files, and what tests of a failing disk write to them and find in them.</summary>
internal sealed class SqliteDisk(string directory)
{
    private readonly ManualTimeProvider _clock = new();

    public string FilePath => Path.Combine(directory, "store.db");

    public string LogPath => FilePath + "-wal";

    public async Task<SqliteStore> OpenAsync()
    {
        var store = new SqliteStore(FilePath, _clock);
        await store.OpenAsync("node", default);
        return store;
    }

    /// <summary>One change set: it makes execution <paramref name="inserted"/>, and gives each of the others its second entry.</summary>
    public static ChangeSet Change(long commitId, int inserted, params int[] appended) => new(
        commitId,
        [
            .. appended.Select(number => StoreProbe.Append(number, expectedVersion: 1) with { Payload = Payload(number, 2, 30_000) }),
            StoreProbe.Insert(inserted) with { Payload = Payload(inserted, 1, 3_000) },
        ]);

    public static async Task CommitAsync(SqliteStore store, params ChangeSet[] batch) =>
        Assert.All(await store.CommitAsync(batch), outcome => Assert.Equal(CommitOutcome.Committed, outcome));

    /// <summary>An execution has exactly so many entries, each with its bytes; with none it does not exist.</summary>
    public static async Task HasAsync(SqliteStore store, int number, int versions)
    {
        Assert.Equal(versions, (await store.FindAsync(StoreProbe.Key(number), default))?.Version ?? 0);
        Assert.Null(await store.FindCommitAsync(StoreProbe.Key(number), versions + 1, default));
        var entries = await store.ReadEntriesAsync(StoreProbe.Key(number), 1, long.MaxValue, includePayload: true, default);
        Assert.Equal(versions, entries.Count);
        Assert.All(entries, entry => Assert.True(entry.Payload.Span.SequenceEqual(Payload(number, entry.Version, entry.Payload.Length))));
    }

    public static async Task IsIntactAsync(SqliteStore store) => Assert.Equal("ok", await AskAsync(store, "pragma integrity_check"));

    /// <summary>On the connection that writes.</summary>
    public static Task<object?> AskAsync(SqliteStore store, string sql) => store.WriteAsync(() => store.Session.Scalar(sql));

    private static byte[] Payload(int number, long version, int size)
    {
        var bytes = new byte[size];
        new Random((number * 100) + (int)version).NextBytes(bytes);
        return bytes;
    }
}
