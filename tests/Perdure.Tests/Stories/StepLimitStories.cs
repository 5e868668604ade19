using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>How long an attempt may take, and how often a process may end in the middle of one.</summary>
public class StepLimitStories
{
    private static readonly StepConfig Timed = new() { Timeout = TimeSpan.FromMinutes(2), RetryStrategy = RetryStrategy.Exponential(2, TimeSpan.FromSeconds(10), jitter: JitterStrategy.None) };

    [Fact]
    public async Task An_attempt_that_takes_too_long_hears_its_token_and_is_retried()
    {
        var entered = new SemaphoreSlim(0);
        var attempts = 0;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) => await context.StepAsync<string>(
            async (step, token) =>
            {
                attempts++;
                entered.Release();
                if (step.AttemptNumber == 1) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return $"attempt {step.AttemptNumber}";
            },
            "slow", Timed)));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"attempt 2\"", end.Result);
        var failed = await host.Client.GetHistoryAsync(arn).FirstAsync(e => e.StepFailedDetails is not null);
        Assert.Equal(typeof(StepTimeoutException).FullName, failed.StepFailedDetails!.Error.Payload!.ErrorType);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task A_body_that_does_not_listen_is_abandoned_after_the_grace_and_the_caller_gets_the_timeout()
    {
        var entered = new SemaphoreSlim(0);
        var never = new TaskCompletionSource<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                return await context.StepAsync(
                    (_, _) =>
                    {
                        entered.Release();
                        return never.Task;
                    },
                    "deaf", new StepConfig { Timeout = TimeSpan.FromMinutes(2), RetryStrategy = RetryStrategy.None });
            }
            catch (StepTimeoutException error)
            {
                return error.Message;
            }
        }));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        var end = await host.RunToEndAsync(arn);

        Assert.Contains("was abandoned 5 s later", end.Result);
    }

    [Fact]
    public async Task A_body_that_blocks_its_thread_is_abandoned_too()
    {
        using var entered = new SemaphoreSlim(0);
        using var released = new ManualResetEventSlim();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                return await context.StepAsync(
                    (_, _) =>
                    {
                        entered.Release();
                        released.Wait();
                        return Task.FromResult("too late");
                    },
                    "blocks", new StepConfig { Timeout = TimeSpan.FromMinutes(2), RetryStrategy = RetryStrategy.None });
            }
            catch (StepTimeoutException error)
            {
                return error.Message;
            }
        }));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System); // the timers are set on another thread
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        try
        {
            await host.SettleAsync().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        }
        finally
        {
            released.Set();
        }

        var end = await host.RunToEndAsync(arn);
        Assert.Contains("was abandoned 5 s later", end.Result);
    }

    [Fact]
    public async Task The_longest_timeout_that_is_accepted_is_one_that_works()
    {
        var longest = TimeSpan.FromDays(366);
        while (true)
        {
            try
            {
                _ = new StepConfig { Timeout = longest };
                break;
            }
            catch (ArgumentOutOfRangeException)
            {
                longest -= TimeSpan.FromDays(1);
            }
        }

        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
            await context.StepAsync((_, _) => Task.FromResult("done"), "long", new StepConfig { Timeout = longest, RetryStrategy = RetryStrategy.None })));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Equal("\"done\"", end.Result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_timeout_must_be_positive(int seconds) =>
        Assert.Contains("Timeout is", Assert.Throws<ArgumentOutOfRangeException>(() => new StepConfig { Timeout = TimeSpan.FromSeconds(seconds) }).Message);

    [Fact]
    public async Task A_step_whose_process_ends_again_and_again_fails_after_so_many_interruptions()
    {
        var counts = new List<int>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.StepAsync(
                    async (step, token) =>
                    {
                        lock (counts) counts.Add(step.InterruptionCount);
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    },
                    "poison", new StepConfig { MaxInterruptions = 2 });
            }
            catch (StepInterruptedException error)
            {
                return error.Message;
            }

            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        for (var run = 1; run <= 3; run++)
        {
            if (run == 3)
            {
                // The second crash in a row without progress: the next invocation waits a little.
                await host.SettleAsync();
                host.Clock.Advance(TimeSpan.FromSeconds(10));
            }

            while (Count() < run) await Task.Yield();
            await host.CrashAsync();
        }

        var end = await host.RunToEndAsync(arn);
        Assert.Contains("interrupted 3 times, and MaxInterruptions is 2", end.Result);
        Assert.Equal([0, 1, 2], counts);

        int Count()
        {
            lock (counts) return counts.Count;
        }
    }

    [Fact]
    public async Task Without_a_limit_the_body_is_told_how_often_it_was_interrupted()
    {
        var counts = new List<int>();
        var entered = new SemaphoreSlim(0);
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            // The first step's outcome makes the second one's START durable with it, as in most functions.
            var slow = context.StepAsync(
                async (step, token) =>
                {
                    counts.Add(step.InterruptionCount);
                    entered.Release();
                    if (counts.Count == 1) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return "";
                },
                "slow");
            await context.StepAsync((_, _) => Task.FromResult(0), "quick");
            return await slow;
        }));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        while ((await host.Client.GetOperationsAsync(arn)).All(operation => operation.Name != "quick")) await Task.Yield();
        await host.CrashAsync();
        await host.RunToEndAsync(arn);

        Assert.Equal([0, 1], counts);
    }
}
