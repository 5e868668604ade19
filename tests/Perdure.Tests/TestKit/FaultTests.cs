using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>What goes wrong when the test orders it, and what a function sees of it.</summary>
public class FaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(TestResult<string> Result, int Bodies, IReadOnlyList<string> Effects)> RunAsync(params Fault[] faults)
    {
        var bodies = 0;
        var effects = new EffectLedger();
        await using var runner = new DurableTestRunner<int, string>(
            async (_, context) =>
            {
                var paid = await context.StepAsync(
                    (step, _) =>
                    {
                        bodies++;
                        effects.TryRecord(step.IdempotencyKey);
                        return Task.FromResult("paid");
                    },
                    "pay");
                await context.WaitAsync(TimeSpan.FromDays(1));
                return paid;
            },
            new TestRunnerOptions { Faults = faults, Effects = effects });
        return (await runner.RunAsync(0, cancellationToken: Cancel), bodies, effects.Effects);
    }

    [Fact]
    public async Task A_store_that_fails_is_tried_again_and_nothing_runs_twice()
    {
        var (result, bodies, _) = await RunAsync(Faults.FailCheckpoint(1), Faults.FailCheckpoint("pay"));

        Assert.Equal("paid", result.Result);
        Assert.Equal((1, 2), (bodies, result.InvocationCount));
    }

    [Fact]
    public async Task One_fault_after_another_is_overcome()
    {
        var (result, bodies, _) = await RunAsync(
            Faults.FailCheckpoint(1), Faults.LoseResponse(1), Faults.FailCheckpoint(2), Faults.LoseResponse("pay"), Faults.FailCheckpoint(3), Faults.FailCheckpoint(4));

        Assert.Equal("paid", result.Result);
        Assert.Equal(1, bodies);
    }

    [Fact]
    public async Task A_lost_reply_is_found_in_the_journal_and_nothing_runs_twice()
    {
        var (result, bodies, _) = await RunAsync(Faults.LoseResponse(1), Faults.LoseResponse("pay"));

        Assert.Equal("paid", result.Result);
        Assert.Equal((1, 2), (bodies, result.InvocationCount));
    }

    [Fact]
    public async Task A_crash_before_the_outcome_is_recorded_runs_the_body_again_with_the_same_key()
    {
        var (result, bodies, effects) = await RunAsync(Faults.CrashBefore("pay"));

        Assert.Equal("paid", result.Result);
        Assert.Equal((2, 3), (bodies, result.InvocationCount));
        Assert.Single(effects);
    }

    [Fact]
    public async Task A_crash_after_the_outcome_is_recorded_does_not()
    {
        var (result, bodies, _) = await RunAsync(Faults.CrashAfter("pay"));

        Assert.Equal("paid", result.Result);
        Assert.Equal((1, 3), (bodies, result.InvocationCount));
    }

    [Fact]
    public async Task A_start_that_nobody_heard_of_is_the_same_start()
    {
        var (result, _, _) = await RunAsync(Faults.CrashAfter(1));

        Assert.Equal("paid", result.Result);
        Assert.Contains("/test-1/", result.DurableExecutionArn);
    }

    [Fact]
    public async Task An_answer_that_comes_twice_counts_once()
    {
        await using var runner = new DurableTestRunner<int, string>(
            async (_, context) => await (await context.CreateCallbackAsync<string>("ask")).GetResultAsync() + await (await context.CreateCallbackAsync<string>("again")).GetResultAsync(),
            new TestRunnerOptions { Faults = [Faults.DuplicateCallback()] });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await runner.Operation("ask").SendCallbackSuccessAsync("a", Cancel);
        await runner.Operation("again").SendCallbackSuccessAsync("b", Cancel);

        Assert.Equal("ab", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task A_crash_around_an_answer_loses_nothing()
    {
        foreach (var fault in new[] { Faults.CrashBefore("ask"), Faults.CrashAfter("ask"), Faults.LoseResponse("ask"), Faults.FailCheckpoint("ask") })
        {
            await using var runner = new DurableTestRunner<int, string>(
                async (_, context) => await (await context.CreateCallbackAsync<string>("ask")).GetResultAsync(), new TestRunnerOptions { Faults = [fault] });
            var arn = await runner.StartAsync(0, cancellationToken: Cancel);
            await runner.Operation("ask").SendCallbackSuccessAsync("a", Cancel);
            Assert.Equal("a", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
        }
    }

    [Fact]
    public async Task While_a_slow_step_runs_the_lease_is_kept_and_other_timers_fire()
    {
        await using var runner = new DurableTestRunner<int, string>(
            async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("ask", new CallbackConfig { Timeout = TimeSpan.FromMinutes(10) });
                var timer = context.WaitAsync(TimeSpan.FromMinutes(20), "timer");
                await context.StepAsync((_, _) => Task.CompletedTask, "slow");
                await timer;
                try
                {
                    return await callback.GetResultAsync();
                }
                catch (CallbackTimeoutException)
                {
                    return "too late";
                }
            },
            new TestRunnerOptions { Faults = [Faults.SlowStep("slow", TimeSpan.FromHours(1))] });

        var result = await runner.RunAsync(0, cancellationToken: Cancel);

        Assert.Equal("too late", result.Result);
        Assert.Equal(1, result.InvocationCount);
        Assert.Equal(TimeSpan.FromMinutes(20), result.GetStep("timer").Duration);
        Assert.Equal(TimeSpan.FromHours(1), result.EndedAt - result.StartedAt);
    }

    [Fact]
    public async Task A_step_that_is_slower_than_its_executions_limit_ends_it()
    {
        await using var runner = DurableTestRunner<int, string>.For<TwoMinutes>(
            options: new TestRunnerOptions { Faults = [Faults.SlowStep("slow", TimeSpan.FromHours(1))] });

        var result = await runner.RunAsync(0, cancellationToken: Cancel);

        Assert.Equal((ExecutionStatus.TimedOut, TimeSpan.FromMinutes(2)), (result.ExecutionStatus, result.EndedAt - result.StartedAt));
    }

    [DurableFunction("two-minutes", ExecutionTimeoutSeconds = 120)]
    private sealed class TwoMinutes : IDurableFunction<int, string>
    {
        public Task<string> RunAsync(int input, IDurableContext context) => context.StepAsync((_, _) => Task.FromResult("done"), "slow");
    }

    [Fact]
    public void Rules_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Faults.FailCheckpoint(0));
        Assert.Throws<ArgumentException>(() => Faults.LoseResponse(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => Faults.SlowStep("a", TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Faults.SlowStep("a", TimeSpan.FromDays(2)));
    }
}
