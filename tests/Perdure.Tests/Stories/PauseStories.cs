using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Operators pause, resume and delete.</summary>
public class PauseStories
{
    private readonly List<string> _ran = [];
    private string? _callbackId;

    private Task<DurableTestHost> StartHostAsync(Action<PerdureOptions>? options = null, TimeSpan? timeout = null) => DurableTestHost.StartAsync(
        builder => builder.AddFunction<string, string>(
            "f",
            async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("question");
                _callbackId = callback.CallbackId;
                await context.WaitAsync(TimeSpan.FromHours(1), "hour");
                await context.StepAsync((_, _) => { _ran.Add("work"); return Task.CompletedTask; }, "work");
                return await callback.GetResultAsync();
            },
            timeout),
        options);

    [Fact]
    public async Task While_paused_timers_and_callbacks_are_recorded_and_nothing_is_invoked()
    {
        await using var host = await StartHostAsync();
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        Assert.True(await host.Client.PauseAsync(arn, "deploying"));
        Assert.False(await host.Client.PauseAsync(arn));
        var invocations = await InvocationsAsync(host, arn);

        await host.AdvanceAsync(TimeSpan.FromHours(2));
        await host.Client.SendCallbackSuccessAsync(_callbackId!, "answer");
        await host.AdvanceAsync(TimeSpan.FromHours(2));

        var paused = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Paused, "deploying"), (paused.Status, paused.Pause!.Reason));
        Assert.Empty(_ran);
        Assert.Equal(invocations, await InvocationsAsync(host, arn));
        var events = await host.Client.GetHistoryAsync(arn).Select(e => e.EventType).ToListAsync();
        Assert.Contains("WaitSucceeded", events);
        Assert.Contains("CallbackSucceeded", events);

        Assert.True(await host.Client.ResumeAsync(arn, "deployed"));
        Assert.False(await host.Client.ResumeAsync(arn));
        var end = await host.RunToEndAsync(arn);
        Assert.Equal("\"answer\"", end.Result);
        Assert.Null(end.Pause);
        var history = await host.Client.GetHistoryAsync(arn).ToListAsync();
        Assert.Equal("deploying", history.Single(e => e.EventType == "ExecutionPaused").ExecutionPausedDetails!.Reason.Payload);
        Assert.Equal("deployed", history.Single(e => e.EventType == "ExecutionResumed").ExecutionResumedDetails!.Reason.Payload);
    }

    private static Task<int> InvocationsAsync(DurableTestHost host, string arn) => host.Client.GetHistoryAsync(arn).CountAsync(e => e.InvocationCompletedDetails is not null).AsTask();

    [Fact]
    public async Task Resuming_invokes_only_when_that_is_owed()
    {
        await using var host = await StartHostAsync();
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var invocations = await InvocationsAsync(host, arn);
        await host.Client.PauseAsync(arn);
        await host.Client.ResumeAsync(arn);
        await host.SettleAsync();

        Assert.Equal(invocations, await InvocationsAsync(host, arn));
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
    }

    [Fact]
    public async Task A_running_invocation_is_cut_short_and_its_step_is_repeated_after_the_pause()
    {
        var entered = new SemaphoreSlim(0);
        var interruptions = new List<int>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) => await context.StepAsync(
            async (step, token) =>
            {
                interruptions.Add(step.InterruptionCount);
                entered.Release();
                if (interruptions.Count == 1) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "done";
            },
            "long", new StepConfig { MaxInterruptions = 5 })));
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        await host.Client.PauseAsync(arn);
        await host.SettleAsync();

        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(arn))!.Status);
        await host.Client.ResumeAsync(arn);
        var end = await host.RunToEndAsync(arn);
        Assert.Equal("\"done\"", end.Result);
        Assert.Equal([0, 1], interruptions);
    }

    [Fact]
    public async Task No_body_begins_when_the_checkpoint_before_it_met_a_pause()
    {
        var paused = new TaskCompletionSource<bool>();
        DurableTestHost? running = null;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            // An operator's pause just before a step's start: it is not awaited, so that the start is the next thing to be committed.
            var pausing = running!.Client.PauseAsync(context.ExecutionContext.DurableExecutionArn).ContinueWith(task => paused.SetResult(task.Result), TaskScheduler.Default);
            await context.StepAsync(
                (_, _) => { _ran.Add("charge"); return Task.CompletedTask; }, "charge", new StepConfig { Semantics = StepSemantics.AtMostOncePerRetry });
            return "done";
        }));
        running = host;
        var arn = await host.Client.StartAsync("f", "");
        Assert.True(await paused.Task);
        await host.SettleAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System); // what should not happen has nothing to wait for

        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(arn))!.Status);
        Assert.Empty(_ran);
    }

    [Fact]
    public async Task A_pause_that_comes_as_the_function_suspends_owes_no_invocation()
    {
        var entered = new SemaphoreSlim(0);
        var paused = new TaskCompletionSource();
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("question");
                entered.Release();
                await paused.Task; // nothing is checkpointed after the pause
                return await callback.GetResultAsync();
            }),
            options => options.StrictDeterminism = false);
        var arn = await host.Client.StartAsync("f", "");
        await entered.WaitAsync();
        await host.Client.PauseAsync(arn);
        paused.SetResult();
        await host.SettleAsync();
        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(arn))!.Status);
        await host.Client.ResumeAsync(arn);
        await host.SettleAsync();

        Assert.Equal(1, await InvocationsAsync(host, arn));
    }

    [Fact]
    public async Task A_pause_survives_a_crash()
    {
        await using var host = await StartHostAsync();
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.PauseAsync(arn);
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromDays(1));

        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(arn))!.Status);
        Assert.Empty(_ran);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_execution_s_own_timeout_goes_on_unless_it_is_paused_too(bool paused)
    {
        await using var host = await StartHostAsync(timeout: TimeSpan.FromHours(10));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.PauseAsync(arn, pauseExecutionTimeout: paused);
        await host.AdvanceAsync(TimeSpan.FromHours(30));
        if (!paused)
        {
            Assert.Equal(ExecutionStatus.TimedOut, (await host.Client.GetAsync(arn))!.Status);
            return;
        }

        await host.Client.ResumeAsync(arn);
        var end = await host.RunToEndAsync(arn); // nobody answers: it times out, 30 hours later than it would have
        Assert.Equal((ExecutionStatus.TimedOut, TimeSpan.FromHours(40)), (end.Status, end.EndedAt - end.StartedAt));
    }

    [Fact]
    public async Task The_deadline_that_the_code_sees_is_the_same_after_a_pause_of_the_timeout()
    {
        var seen = new List<DateTimeOffset?>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>(
            "f",
            async (_, context) =>
            {
                seen.Add(context.ExecutionContext.Deadline);
                await context.WaitAsync(TimeSpan.FromHours(1));
                return "done";
            },
            TimeSpan.FromHours(10)));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.PauseAsync(arn, pauseExecutionTimeout: true);
        await host.AdvanceAsync(TimeSpan.FromHours(2));
        await host.Client.ResumeAsync(arn);
        await host.RunToEndAsync(arn);

        Assert.Equal(2, seen.Count);
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task A_paused_execution_can_be_stopped_and_its_cancellation_waits_for_the_end_of_the_pause()
    {
        await using var host = await StartHostAsync();
        var first = await host.Client.StartAsync("f", "");
        var second = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.PauseAsync(first);
        await host.Client.PauseAsync(second);
        await host.Client.StopAsync(first);
        Assert.True(await host.Client.CancelAsync(second));
        await host.SettleAsync();
        Assert.Equal(ExecutionStatus.Stopped, (await host.Client.GetAsync(first))!.Status);
        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(second))!.Status);

        await host.Client.ResumeAsync(second);
        Assert.Equal(ExecutionStatus.Stopped, (await host.RunToEndAsync(second)).Status);
    }

    [Fact]
    public async Task A_pause_takes_effect_although_nobody_serves_the_function_any_more()
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStore(clock);
        var entered = new SemaphoreSlim(0);
        string arn;
        await using (var before = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", (_, context) => context.StepAsync<string>(
                async (_, token) =>
                {
                    entered.Release();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return "";
                },
                "long")),
            store: store, clock: clock))
        {
            arn = await before.Client.StartAsync("f", "");
            await entered.WaitAsync();
        }

        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("g", (input, _) => Task.FromResult(input)), store: store, clock: clock);
        Assert.True(await host.Client.PauseAsync(arn));
        await host.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(ExecutionStatus.Paused, (await host.Client.GetAsync(arn))!.Status);
        Assert.Single(await host.Client.GetHistoryAsync(arn).Where(e => e.InvocationCompletedDetails?.Error is not null).ToListAsync());
    }

    [Fact]
    public async Task Starting_under_the_name_of_a_paused_execution_joins_it()
    {
        await using var host = await StartHostAsync();
        var arn = await host.Client.StartAsync("f", "", new StartOptions { ExecutionName = "one" });
        await host.SettleAsync();
        await host.Client.PauseAsync(arn);
        Assert.Equal(arn, await host.Client.StartAsync("f", "", new StartOptions { ExecutionName = "one" }));
        Assert.Equal([arn], await host.Client.ListAsync(new ExecutionFilter { Status = ExecutionStatus.Paused }).Select(execution => execution.Arn).ToListAsync());
    }

    [Fact]
    public async Task A_finished_execution_is_deleted_and_its_name_is_free()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (input, _) => Task.FromResult(input)));
        var arn = await host.Client.StartAsync("f", "first", new StartOptions { ExecutionName = "one" });
        await host.RunToEndAsync(arn);
        await host.Client.DeleteAsync(arn);
        await host.SettleAsync();

        Assert.Null(await host.Client.GetAsync(arn));
        await Assert.ThrowsAsync<ExecutionNotFoundException>(() => host.Client.DeleteAsync(arn));
        var again = await host.Client.StartAsync("f", "second", new StartOptions { ExecutionName = "one" });
        Assert.NotEqual(arn, again);
    }

    [Fact]
    public async Task An_execution_that_is_not_over_is_not_deleted()
    {
        await using var host = await StartHostAsync();
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var error = await Assert.ThrowsAsync<ExecutionNotOverException>(() => host.Client.DeleteAsync(arn));
        Assert.Contains("is Running", error.Message);
        Assert.NotNull(await host.Client.GetAsync(arn));
    }
}
