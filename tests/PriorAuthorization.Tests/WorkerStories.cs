using System.Diagnostics;
using System.Globalization;

namespace PriorAuthorization.Tests;

/// <summary>The process that demonstration and tests kill.</summary>
[Trait("Category", "Slow")]
public sealed class WorkerStories : IDisposable
{
    private const int Sigchld = 17;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("prior-authorization-");

    [Fact]
    public async Task A_worker_that_was_killed_is_over_and_another_one_begins_on_its_data()
    {
        await using var worker = new Worker(_data.FullName, null);
        await worker.StartAsync();

        await worker.KillAsync();
        await worker.KillAsync();
        Assert.Equal(1, worker.Kills);
        Assert.Null(await worker.GetAsync<CaseList>("/api/cases"));

        await worker.StartAsync();
        Assert.NotNull(await worker.GetAsync<CaseList>("/api/cases"));
    }

    [Fact]
    public async Task The_same_where_nobody_is_told_that_a_child_has_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What is ignored is read from /proc.");

        // What becomes of a signal is settled for a whole process, and inherited: so the other test runs again, in a process that begins with SIGCHLD ignored.
        var start = new ProcessStartInfo(
            "bash",
            [
                "-c", "trap '' CHLD; grep SigIgn: /proc/self/status; exec dotnet \"$0\" -noColor -method \"$1\"",
                typeof(WorkerStories).Assembly.Location,
                $"{typeof(WorkerStories).FullName}.{nameof(A_worker_that_was_killed_is_over_and_another_one_begins_on_its_data)}",
            ])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!; // no shell execution, so there is one
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

            var ignored = ulong.Parse(output.Split('\n')[0]["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.Equal(1UL, (ignored >> (Sigchld - 1)) & 1); // control: not every shell hands it on
            Assert.Contains("Total: 1, Errors: 0, Failed: 0", output, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _data.Delete(recursive: true);
}
