using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Sqlite;
using Perdure.Storage;
using Perdure.Testing;
using Perdure.Testing.Conformance;

namespace Perdure.Tests.Conformance;

/// <summary>A full disk refuses what it cannot hold, whole; nothing that was there is lost, and with space the store goes on.</summary>
public sealed class SqliteFullDiskTests : IDisposable
{
    private const string SmallDisk = "PERDURE_SMALL_DISK";
    private const int NotMounted = 77;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FS_33_A_batch_that_a_full_disk_refuses_is_refused_whole_and_taken_when_there_is_space_again()
    {
        var disk = new SqliteDisk(_directory.Path);
        await using (var store = await disk.OpenAsync())
        {
            await SqliteDisk.CommitAsync(store, SqliteDisk.Change(1, 1), SqliteDisk.Change(2, 2));
            await SetPagesAsync(store, 1); // not below what it has: no page more
            await RefusesAsync(store, SqliteDisk.Change(3, 3), SqliteDisk.Change(4, 4, 1, 2));
            await SetPagesAsync(store, 100_000);
            await TakesAsync(store, SqliteDisk.Change(3, 3), SqliteDisk.Change(4, 4, 1, 2));
        }

        await using (var store = await disk.OpenAsync()) await HasAllAsync(store);
    }

    [Fact]
    public async Task FS_33_An_execution_waits_for_space_and_no_step_runs_twice()
    {
        var sqlite = new SqliteStore(_directory.File("store.db"), TimeProvider.System);
        var store = new RelievedStore(sqlite);
        var ran = new ConcurrentQueue<int>();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPerdure().UseStore(_ => store).AddFunction<string, string>("f", async (_, context) =>
        {
            for (var i = 0; i < 4; i++)
            {
                await context.StepAsync(async (_, _) =>
                {
                    ran.Enqueue(i);
                    if (i == 1) await SetPagesAsync(sqlite, 1);
                    return new string('x', 50_000);
                });
            }

            return "done";
        });
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IPerdureClient>();

        await SetPagesAsync(sqlite, 1);
        var arn = await client.StartAsync("f", new string('x', 50_000));
        Assert.Equal("done", await client.WaitForResultAsync<string>(arn));

        Assert.Equal([0, 1, 2, 3], ran);
        Assert.Equal(2 * RelievedStore.Refusals, store.Refused);
        Assert.Equal(arn, (await client.ListAsync().SingleAsync()).Arn);
        var history = await client.GetHistoryAsync(arn).ToListAsync();
        Assert.Equal(4, history.Count(e => e.EventType == "StepSucceeded"));
        Assert.All(history, e => Assert.Null(e.InvocationCompletedDetails?.Error));
        await host.StopAsync();
    }

    /// <summary>On a file system of its own that really is full: in a process that has its own mounts, which needs no privileges.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task FS_33_The_same_on_a_disk_that_is_really_full()
    {
        if (Environment.GetEnvironmentVariable(SmallDisk) is { } mounted)
        {
            await OnFullDiskAsync(mounted);
            return;
        }

        var (exitCode, output) = await RunOnSmallDiskAsync(nameof(FS_33_The_same_on_a_disk_that_is_really_full));
        Assert.SkipWhen(exitCode == NotMounted, "A file system cannot be mounted here.");
        Assert.True(exitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }

    private static async Task OnFullDiskAsync(string mounted)
    {
        var disk = new SqliteDisk(mounted);
        var filler = Path.Combine(mounted, "filler");
        await using (var store = await disk.OpenAsync())
        {
            await SqliteDisk.CommitAsync(store, SqliteDisk.Change(1, 1), SqliteDisk.Change(2, 2));
            Fill(filler);
            await RefusesAsync(store, SqliteDisk.Change(3, 3), SqliteDisk.Change(4, 4, 1, 2));
            File.Delete(filler);
            await TakesAsync(store, SqliteDisk.Change(3, 3), SqliteDisk.Change(4, 4, 1, 2));
        }

        // A store that finds the disk full when it is opened leaves its file to a later try, and so does one that has no file yet.
        var other = new SqliteDisk(Directory.CreateDirectory(Path.Combine(mounted, "other")).FullName);
        Fill(filler);
        await Assert.ThrowsAsync<StoreUnavailableException>(disk.OpenAsync);
        await Assert.ThrowsAsync<IOException>(other.OpenAsync);
        File.Delete(filler);
        await using (var store = await disk.OpenAsync()) await HasAllAsync(store);
        await using (await other.OpenAsync())
        {
        }

        await GrowsUntilFullAsync(disk);
    }

    /// <summary>Its own log fills the disk: whatever was answered is there, nothing else is.</summary>
    private static async Task GrowsUntilFullAsync(SqliteDisk disk)
    {
        var last = 4;
        await using (var store = await disk.OpenAsync())
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            {
                while (true)
                {
                    await SqliteDisk.CommitAsync(store, SqliteDisk.Change(last + 1, last + 1));
                    last++;
                }
            });
            await SqliteDisk.HasAsync(store, last, 1);
            await SqliteDisk.HasAsync(store, last + 1, 0);
        }

        Assert.True(last > 20);
        await using (var store = await disk.OpenAsync())
        {
            for (var number = 5; number <= last; number++) await SqliteDisk.HasAsync(store, number, 1);
            await SqliteDisk.HasAsync(store, last + 1, 0);
            await SqliteDisk.IsIntactAsync(store);
        }
    }

    private static async Task RefusesAsync(SqliteStore store, params ChangeSet[] batch)
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(batch));

        foreach (var number in (int[])[1, 2]) await SqliteDisk.HasAsync(store, number, 1);
        foreach (var number in (int[])[3, 4]) await SqliteDisk.HasAsync(store, number, 0);
        Assert.Equal([StoreProbe.Key(2), StoreProbe.Key(1)], (await store.ListAsync(new RowFilter(), default)).Select(row => row.Key));
    }

    private static async Task TakesAsync(SqliteStore store, params ChangeSet[] batch)
    {
        await SqliteDisk.CommitAsync(store, batch);
        await HasAllAsync(store);
    }

    private static async Task HasAllAsync(SqliteStore store)
    {
        foreach (var number in (int[])[1, 2]) await SqliteDisk.HasAsync(store, number, 2);
        foreach (var number in (int[])[3, 4]) await SqliteDisk.HasAsync(store, number, 1);
        await SqliteDisk.IsIntactAsync(store);
    }

    private static Task SetPagesAsync(SqliteStore store, int most) => SqliteDisk.AskAsync(store, $"pragma max_page_count = {most}");

    /// <summary>Takes all space that is left, to the last block.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Assert.Throws<IOException>(WriteOn);

        void WriteOn()
        {
            while (true) file.Write(new byte[4096]);
        }
    }

    private async Task<(int ExitCode, string Output)> RunOnSmallDiskAsync(string test)
    {
        var start = new ProcessStartInfo("unshare") { RedirectStandardOutput = true };
        start.Environment[SmallDisk] = _directory.Path;
        string[] arguments =
        [
            "--user", "--map-root-user", "--mount", "sh", "-c",
            $"mount -t tmpfs -o size=2m tmpfs \"${SmallDisk}\" || exit {NotMounted}; exec dotnet \"$0\" -noColor -method \"$1\"",
            typeof(SqliteFullDiskTests).Assembly.Location, $"{typeof(SqliteFullDiskTests).FullName}.{test}",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start) ?? throw new InvalidOperationException("The process could not be started.");
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System); // its output has ended; where SIGCHLD is ignored, nobody is told more
            return (process.ExitCode == 1 && output.Length == 0 ? NotMounted : process.ExitCode, output); // unshare says 1 when it is not allowed
        }
        catch (Win32Exception)
        {
            return (NotMounted, "There is no unshare here.");
        }
    }

    /// <summary>After some refusals in a row there is space again.</summary>
    private sealed class RelievedStore(SqliteStore store) : DelegatingStore(store)
    {
        public const int Refusals = 3;

        public int Refused { get; private set; }

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
        {
            try
            {
                return await base.CommitAsync(batch);
            }
            catch (StoreUnavailableException)
            {
                if (++Refused % Refusals == 0) await SetPagesAsync(store, 100_000);
                throw;
            }
        }
    }
}
