using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>How far a step is, told across attempts and crashes.</summary>
public class StepHeartbeatStories
{
    private static readonly StepConfig Retried = new() { RetryStrategy = RetryStrategy.Exponential(5, TimeSpan.FromSeconds(10), jitter: JitterStrategy.None) };

    private static async Task<(string? Result, List<string> Seen)> RunAsync(Func<IStepContext, List<string>, CancellationToken, Task<string>> body, Func<DurableTestHost, Task>? meanwhile = null)
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder =>
            builder.AddFunction<string, string>("f", (_, context) => context.StepAsync((step, token) => body(step, seen, token), "work", Retried)));
        var arn = await host.Client.StartAsync("f", "");
        if (meanwhile is not null) await meanwhile(host);
        return ((await host.RunToEndAsync(arn)).Result, seen);
    }

    [Fact]
    public async Task The_next_attempt_finds_what_the_last_one_said_last()
    {
        var (result, seen) = await RunAsync((step, seen, _) =>
        {
            var from = step.TryGetLastHeartbeat<int>(out var page) ? page : 0;
            seen.Add($"attempt {step.AttemptNumber} from {from}");
            for (var i = 1; i <= 3; i++) step.Heartbeat(from + i);
            return step.AttemptNumber < 3 ? throw new IOException("lost") : Task.FromResult($"{from + 3} pages");
        });

        Assert.Equal("\"9 pages\"", result);
        Assert.Equal(["attempt 1 from 0", "attempt 2 from 3", "attempt 3 from 6"], seen);
    }

    [Fact]
    public async Task A_run_after_a_crash_finds_what_was_said_before_it()
    {
        var entered = new SemaphoreSlim(0);
        var (result, seen) = await RunAsync(
            async (step, seen, token) =>
            {
                seen.Add(step.TryGetLastHeartbeat<string>(out var where) ? where : "nowhere");
                if (seen.Count == 1)
                {
                    step.Heartbeat("page 7");
                    step.Heartbeat(); // says nothing, and takes nothing back
                    entered.Release();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }

                return "done";
            },
            async host =>
            {
                await entered.WaitAsync();
                while ((await host.Client.GetOperationsAsync((await host.Client.ListAsync().FirstAsync()).Arn)).Count == 1)
                {
                    host.Clock.Advance(TimeSpan.FromMilliseconds(25)); // the START that nobody awaits
                    await Task.Yield();
                }

                var key = (await host.Store.ListAsync(new Storage.RowFilter(), CancellationToken.None)).Single().Key;
                while (await host.Store.ReadProgressAsync(key, Replay.OperationIds.At(null, 1), CancellationToken.None) is null) await Task.Yield();
                await host.CrashAsync();
            });

        Assert.Equal("\"done\"", result);
        Assert.Equal(["nowhere", "page 7"], seen);
    }

    [Fact]
    public async Task At_most_one_heartbeat_goes_out_per_second_and_the_last_one_wins()
    {
        var entered = new SemaphoreSlim(0);
        var go = new SemaphoreSlim(0);
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.StepAsync(
            async (step, _) =>
            {
                for (var i = 1; i <= 1000; i++) step.Heartbeat(i);
                entered.Release();
                await go.WaitAsync();
                return "";
            },
            "work")));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        var key = (await host.Store.ListAsync(new Storage.RowFilter(), CancellationToken.None)).Single().Key;
        Task<string?> Progress() => host.Store.ReadProgressAsync(key, Replay.OperationIds.At(null, 1), CancellationToken.None);
        while (await Progress() is null) await Task.Yield();
        Assert.NotEqual("1000", await Progress());
        while (await Progress() != "1000")
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        go.Release();
        await host.RunToEndAsync(arn);
    }

    [Fact]
    public async Task Progress_that_is_too_large_is_refused_and_fails_the_attempt()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.StepAsync(
            (step, _) =>
            {
                step.Heartbeat(new string('x', 70_000));
                return Task.FromResult("");
            },
            "work")));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Contains("PDR0210", end.Error!.ErrorMessage);
    }
}
