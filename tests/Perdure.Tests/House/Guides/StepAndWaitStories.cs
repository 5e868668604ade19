using System.Net;
using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What steps.md and waits.md say.</summary>
public class StepAndWaitStories
{
    [Fact]
    public async Task A_step_without_a_strategy_makes_6_attempts()
    {
        var attempts = new List<int>();
        var (end, operations, _) = await Guide.RunAsync(context => context.StepAsync<string>((step, _) =>
        {
            attempts.Add(step.AttemptNumber);
            throw new TimeoutException("always");
        }));

        Assert.Equal([1, 2, 3, 4, 5, 6], attempts);
        Assert.Equal(("System.TimeoutException", "always"), (end.Error!.ErrorType, end.Error.ErrorMessage));
        Assert.Equal(6, operations[1].StepDetails!.Attempt);
    }

    [Fact]
    public async Task A_strategy_of_ones_own_is_asked_once_per_failure_and_its_pauses_are_days_if_it_likes()
    {
        var runs = 0;
        var (end, _, events) = await Guide.RunAsync(context => Steps.DecideAsync(context, _ => ++runs switch
        {
            1 => throw new HttpRequestException("busy"),
            _ => throw new HttpRequestException("gone", null, HttpStatusCode.NotFound),
        }));

        Assert.Equal("gone", end.Error!.ErrorMessage);
        var failures = events.Where(e => e.StepFailedDetails is not null).ToList();
        Assert.Equal([TimeSpan.FromHours(1)], failures.Zip(failures.Skip(1), (first, second) => second.EventTimestamp - first.EventTimestamp));
    }

    [Fact]
    public void With_types_and_patterns_a_failure_that_matches_either_is_retried()
    {
        var strategy = RetryStrategy.Exponential(retryableExceptions: [typeof(IOException)], retryableMessagePatterns: ["^busy"]);

        Assert.True(strategy.ShouldRetry(new FileNotFoundException("gone"), 1).ShouldRetry);
        Assert.True(strategy.ShouldRetry(new InvalidOperationException("busy now"), 1).ShouldRetry);
        Assert.False(strategy.ShouldRetry(new InvalidOperationException("not busy"), 1).ShouldRetry);
        Assert.False(strategy.ShouldRetry(new IOException(), 3).ShouldRetry);
    }

    [Fact]
    public async Task A_strategy_that_throws_fails_the_step_with_its_own_error()
    {
        var (end, _, _) = await Guide.RunAsync(context => context.StepAsync<string>(
            (_, _) => throw new TimeoutException(),
            config: new StepConfig { RetryStrategy = RetryStrategy.FromDelegate((_, _) => throw new NotSupportedException("no rule")) }));

        Assert.Equal("System.NotSupportedException", end.Error!.ErrorType);
    }

    [Fact]
    public async Task Delays_are_whole_seconds_rounded_up_and_at_least_one()
    {
        var runs = 0;
        var (_, _, events) = await Guide.RunAsync(async context =>
        {
            await context.WaitAsync(TimeSpan.FromSeconds(1.2));
            return await context.StepAsync(
                (_, _) => ++runs < 3 ? throw new TimeoutException() : Task.FromResult(""),
                config: new StepConfig { RetryStrategy = RetryStrategy.FromDelegate((_, attempt) => RetryDecision.RetryAfter(TimeSpan.FromSeconds(attempt == 1 ? 0 : 2.5))) });
        });

        Assert.Equal(2, events.Single(e => e.WaitStartedDetails is not null).WaitStartedDetails!.Duration);
        Assert.Equal([1, 3], events.Where(e => e.StepFailedDetails is not null).Select(e => e.StepFailedDetails!.RetryDetails.NextAttemptDelaySeconds));
    }

    [Fact]
    public async Task An_interrupted_at_most_once_attempt_is_followed_by_another_when_the_strategy_says_so()
    {
        var attempts = new List<int>();
        var entered = new TaskCompletionSource();
        await using var host = await Guide.HostAsync(context => context.StepAsync(
            async (step, token) =>
            {
                attempts.Add(step.AttemptNumber);
                if (entered.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "done";
            },
            "launch",
            new StepConfig { Semantics = StepSemantics.AtMostOncePerRetry }));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;

        await host.CrashAsync();
        await host.RunToEndAsync(arn);

        Assert.Equal([1, 2], attempts);
        var failed = await host.Client.GetHistoryAsync(arn).SingleAsync(e => e.StepFailedDetails is not null);
        Assert.Equal("Perdure.StepInterruptedException", failed.StepFailedDetails!.Error.Payload!.ErrorType);
    }

    [Fact]
    public async Task A_body_that_took_its_process_down_is_told_so_and_may_do_less()
    {
        var entered = new TaskCompletionSource();
        await using var host = await Guide.HostAsync(context => Steps.RenderAsync(context, async (small, token) =>
        {
            if (entered.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return small ? "small" : "large";
        }));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;
        await host.CrashAsync();

        Assert.Equal("\"small\"", (await host.RunToEndAsync(arn)).Result);
        var step = (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "render").StepDetails!;
        Assert.Equal((1, 1), (step.Attempt, step.Interruptions)); // an interruption uses up no attempt
    }

    [Fact]
    public async Task A_body_with_two_effects_has_a_key_for_each()
    {
        var keys = new List<string>();
        Task Note(decimal amount, string key, CancellationToken token)
        {
            keys.Add(key);
            return Task.CompletedTask;
        }

        await Guide.ResultOfAsync(async context => { await Steps.TransferAsync(context, 5, Note, Note); return ""; });

        Assert.Equal(2, keys.Distinct().Count());
    }

    [Fact]
    public async Task Waiting_until_an_instant_that_has_passed_records_nothing()
    {
        var (_, operations, _) = await Guide.RunAsync(async context =>
        {
            await context.WaitUntilAsync(context.TimeProvider.GetUtcNow().AddDays(-1), "past");
            return "";
        });

        Assert.Equal(["EXECUTION"], operations.Select(operation => operation.Type));
    }

    /// <summary>The function's clock stands at its latest completion; what has passed since then is not waited again.</summary>
    [Theory]
    [InlineData("wait", 1, 7200)]
    [InlineData("wait after a step", 1, 7200)]
    [InlineData("wait", 3, (3 * 3600) + 1)] // it had passed before the wait was recorded, and the function could not know
    [InlineData("deadline", 1, 7200)]
    [InlineData("deadline", 3, (3 * 3600) + 1)]
    public async Task An_instant_is_met_however_far_the_functions_clock_is_behind(string input, int hoursWithoutSlot, int secondsToEnd)
    {
        var release = new TaskCompletionSource();
        await using var host = await DurableTestHost.StartAsync(
            builder => builder
                .AddFunction<string, string>("busy", (_, context) => context.StepAsync(async (_, _) => { await release.Task; return ""; }))
                .AddFunction<string, string>("late", async (input, context) =>
                {
                    var when = context.ExecutionContext.StartedAt.AddHours(2);
                    if (input == "wait after a step") await context.StepAsync((_, _) => Task.CompletedTask);
                    if (input != "deadline") await context.WaitUntilAsync(when, "until");
                    else await Assert.ThrowsAsync<DeadlineExceededException>(() => context.WithDeadlineAsync<string>(when, async (timed, _) => { await timed.WaitAsync(TimeSpan.FromDays(1)); return ""; }, "until"));
                    return "";
                }),
            options => options.MaxConcurrentInvocations = 1);
        await host.Client.StartAsync("busy", "");
        var arn = await host.Client.StartAsync("late", input);

        host.Clock.Advance(TimeSpan.FromHours(hoursWithoutSlot));
        release.SetResult();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal((ExecutionStatus.Succeeded, TimeSpan.FromSeconds(secondsToEnd)), (end.Status, end.EndedAt - end.StartedAt));
    }

    [Fact]
    public async Task ConfigureAwait_false_on_waiting_until_an_instant_is_harmless() => Assert.Equal(
        "\"after\"",
        await Guide.ResultOfAsync(async context =>
        {
            await context.WaitUntilAsync(context.TimeProvider.GetUtcNow().AddDays(-1)).ConfigureAwait(false);
            await context.WaitUntilAsync(context.TimeProvider.GetUtcNow().AddDays(1)).ConfigureAwait(false);
            return await context.StepAsync((_, _) => Task.FromResult("after"));
        }));

    [Fact]
    public async Task An_execution_lives_at_most_366_days_its_waits_included()
    {
        var (end, _, _) = await Guide.RunAsync(async context =>
        {
            await context.WaitUntilAsync(context.TimeProvider.GetUtcNow().AddDays(400));
            return "";
        });

        Assert.Equal((ExecutionStatus.TimedOut, end.StartedAt.AddDays(366)), (end.Status, end.EndedAt));
    }

    [Fact]
    public async Task A_wait_may_run_beside_a_step_and_costs_no_more_than_the_longer_of_the_two()
    {
        var (end, _, _) = await Guide.RunAsync(async context =>
        {
            var pause = context.WaitAsync(TimeSpan.FromHours(1));
            await context.StepAsync((_, _) => Task.FromResult(1));
            await pause;
            return "";
        });

        Assert.Equal(TimeSpan.FromHours(1), end.EndedAt - end.StartedAt);
    }
}
