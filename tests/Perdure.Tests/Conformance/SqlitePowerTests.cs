using System.Buffers.Binary;
using Perdure.Sqlite;

namespace Perdure.Tests.Conformance;

/// <summary>What a power cut leaves of the files: taken from a store at work, torn, and opened again.</summary>
public sealed class SqlitePowerTests : IDisposable
{
    private const int FrameHeader = 24;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FS_32_Every_commit_waits_for_the_disk()
    {
        var disk = new SqliteDisk(_directory.Path);
        await using (var store = await disk.OpenAsync())
        {
            Assert.Equal("wal", await SqliteDisk.AskAsync(store, "pragma journal_mode"));
            Assert.Equal(2L, await SqliteDisk.AskAsync(store, "pragma synchronous")); // FULL
        }

        // The mode of the file itself, as the store leaves it.
        using var session = new SqliteSession(SqliteFile.Open(disk.FilePath));
        Assert.Equal("wal", session.Scalar("pragma journal_mode"));
    }

    [Fact]
    public async Task FS_32_A_log_whose_end_did_not_reach_the_disk_has_every_earlier_commit_and_nothing_of_the_last()
    {
        var files = await FilesAtWorkAsync();
        foreach (var frame in files.LastFrames)
        {
            // At its beginning, in the middle of its header, in the middle of its page.
            foreach (var cut in (int[])[frame, frame + 13, frame + FrameHeader + 2000]) await VerifyAsync(files, files.Log[..cut], hasLast: false);
        }

        await VerifyAsync(files, files.Log, hasLast: true);
    }

    [Fact]
    public async Task FS_32_A_log_with_a_damaged_end_has_every_earlier_commit_and_nothing_of_the_last()
    {
        var files = await FilesAtWorkAsync();
        foreach (var frame in files.LastFrames)
        {
            var flipped = files.Log.ToArray();
            flipped[frame + FrameHeader + 2000] ^= 1;
            await VerifyAsync(files, flipped, hasLast: false);

            // Its length reached the disk, its bytes did not.
            var zeroed = files.Log.ToArray();
            zeroed.AsSpan(frame).Clear();
            await VerifyAsync(files, zeroed, hasLast: false);
        }

        var garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        await VerifyAsync(files, [.. files.Log, .. garbage], hasLast: true);
    }

    [Fact]
    public async Task FS_32_A_checkpoint_that_was_torn_in_every_page_loses_nothing()
    {
        var files = await FilesAtWorkAsync();
        var target = Restore(files, files.Log);
        await using (await target.OpenAsync())
        {
            // Closing it moves the log into the database.
        }

        var torn = await File.ReadAllBytesAsync(target.FilePath);
        int page = BinaryPrimitives.ReadUInt16BigEndian(torn.AsSpan(16));
        Assert.True(torn.Length > files.Database.Length && torn.Length > 20 * page);
        for (var at = page; at < torn.Length; at += page) torn.AsSpan(at + (page / 2), page / 2).Fill(0xAA);

        var tornFiles = files with { Database = torn };
        await VerifyAsync(tornFiles, files.Log, hasLast: true);
        Assert.NotNull(await Record.ExceptionAsync(() => VerifyAsync(tornFiles, [], hasLast: true))); // without the log it is broken
    }

    /// <summary>Ten answered commits, then one more of several executions and many pages: the files after each, none of them closed.</summary>
    private async Task<Files> FilesAtWorkAsync()
    {
        var disk = new SqliteDisk(Directory.CreateDirectory(_directory.File("work")).FullName);
        await using var store = await disk.OpenAsync();
        for (var number = 1; number <= 10; number++) await SqliteDisk.CommitAsync(store, SqliteDisk.Change(number, number));
        var (database, log) = (Read(disk.FilePath), Read(disk.LogPath));
        await SqliteDisk.CommitAsync(store, SqliteDisk.Change(11, 11, 1, 2, 3));
        var longer = Read(disk.LogPath);

        // The log only grew, and nothing was moved into the database meanwhile.
        Assert.True(Read(disk.FilePath).AsSpan().SequenceEqual(database));
        Assert.True(longer.AsSpan().StartsWith(log));
        var frame = FrameHeader + BinaryPrimitives.ReadInt32BigEndian(longer.AsSpan(8)); // the log's header has the size of a page
        int[] frames = [.. Enumerable.Range(0, (longer.Length - log.Length) / frame).Select(i => log.Length + (i * frame))];
        Assert.True(frames.Length > 20 && frames[^1] + frame == longer.Length);
        return new Files(database, longer, frames);
    }

    /// <summary>Opened again, the store has all of the ten commits, all of the last or nothing of it, and takes the last one then.</summary>
    private async Task VerifyAsync(Files files, byte[] log, bool hasLast)
    {
        var disk = Restore(files, log);
        await using (var store = await disk.OpenAsync())
        {
            await HasAsync(store, hasLast);
            await SqliteDisk.IsIntactAsync(store);
            if (!hasLast) await SqliteDisk.CommitAsync(store, SqliteDisk.Change(11, 11, 1, 2, 3));
        }

        await using (var store = await disk.OpenAsync()) await HasAsync(store, hasLast: true);
    }

    private static async Task HasAsync(SqliteStore store, bool hasLast)
    {
        for (var number = 1; number <= 10; number++) await SqliteDisk.HasAsync(store, number, hasLast && number <= 3 ? 2 : 1);
        await SqliteDisk.HasAsync(store, 11, hasLast ? 1 : 0);
    }

    private SqliteDisk Restore(Files files, byte[] log)
    {
        var path = _directory.File("restored");
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        var disk = new SqliteDisk(Directory.CreateDirectory(path).FullName);
        File.WriteAllBytes(disk.FilePath, files.Database);
        File.WriteAllBytes(disk.LogPath, log);
        return disk;
    }

    /// <summary>While the store has it open.</summary>
    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <param name="Database">The database, which does not have the last commit.</param>
    /// <param name="Log">The log with the last commit.</param>
    /// <param name="LastFrames">Where the frames of the last commit begin.</param>
    private sealed record Files(byte[] Database, byte[] Log, int[] LastFrames);
}
