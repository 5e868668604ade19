using Perdure.Engine.Executions;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What the engine does over the life of an execution.</summary>
public class EngineStories
{
    [Fact]
    public async Task One_name_started_a_hundred_times_at_once_is_one_execution()
    {
        await using var host = await StartAsync(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "done";
        });

        var arns = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => host.Client.StartAsync("f", "same", new StartOptions { ExecutionName = "case-1" })));
        Assert.Single(arns.Distinct());
        await host.RunToEndAsync(arns[0]);
        Assert.Equal(arns[0], await host.Client.StartAsync("f", "same", new StartOptions { ExecutionName = "case-1" }));

        var conflict = await Assert.ThrowsAsync<ExecutionAlreadyStartedException>(
            () => host.Client.StartAsync("f", "other", new StartOptions { ExecutionName = "case-1" }));
        Assert.Equal(arns[0], conflict.ExistingArn);
    }

    [Fact]
    public async Task A_callback_times_out_at_its_time_and_a_late_answer_is_refused()
    {
        string? id = null;
        await using var host = await StartAsync(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>("c", new CallbackConfig { Timeout = TimeSpan.FromHours(5) });
            id = callback.CallbackId;
            try
            {
                return await callback.GetResultAsync();
            }
            catch (CallbackTimeoutException)
            {
                return context.TimeProvider.GetUtcNow().ToString("O");
            }
        });
        var start = host.Clock.GetUtcNow();
        var arn = await host.Client.StartAsync("f", "");
        await host.AdvanceAsync(TimeSpan.FromHours(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal($"\"{start.AddHours(5):O}\"", (await host.Client.GetAsync(arn))!.Result);
        await Assert.ThrowsAsync<CallbackClosedException>(() => host.Client.SendCallbackSuccessAsync(id!, "late"));
    }

    [Fact]
    public async Task Heartbeats_postpone_their_deadline_and_nothing_else()
    {
        string? id = null;
        await using var host = await StartAsync(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>("c", new CallbackConfig { HeartbeatTimeout = TimeSpan.FromMinutes(10) });
            id = callback.CallbackId;
            try
            {
                return await callback.GetResultAsync();
            }
            catch (CallbackTimeoutException error)
            {
                return error.ErrorType!;
            }
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var events = await host.Client.GetHistoryAsync(arn).CountAsync();
        for (var i = 0; i < 5; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromMinutes(9));
            await host.Client.SendCallbackHeartbeatAsync(id!);
        }

        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        Assert.Equal(events, await host.Client.GetHistoryAsync(arn).CountAsync());
        await host.AdvanceAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("\"Callback.Heartbeat\"", (await host.Client.GetAsync(arn))!.Result);
        await Assert.ThrowsAsync<CallbackClosedException>(() => host.Client.SendCallbackHeartbeatAsync(id!));
    }

    [Fact]
    public async Task An_execution_times_out_at_its_deadline_while_suspended()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(100));
            return "";
        }, executionTimeout: TimeSpan.FromHours(1)));
        var arn = await host.Client.StartAsync("f", "");
        await host.JumpAsync();
        var end = (await host.Client.GetAsync(arn))!;

        Assert.Equal(ExecutionStatus.TimedOut, end.Status);
        Assert.Equal(end.StartedAt.AddHours(1), end.EndedAt);
        Assert.Equal("Execution timed out after 3600 seconds.", end.Error!.ErrorMessage);
    }

    [Fact]
    public async Task An_execution_times_out_in_the_middle_of_a_body_and_what_the_body_does_afterwards_is_refused()
    {
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.StepAsync(async (_, _) =>
        {
            started.SetResult();
            await body.Task;
            return "too late";
        }), executionTimeout: TimeSpan.FromMinutes(1)));
        var arn = await host.Client.StartAsync("f", "");
        await started.Task;
        while ((await host.Client.GetAsync(arn))!.Status == ExecutionStatus.Running)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        body.SetResult();
        await host.SettleAsync();

        var types = await host.Client.GetHistoryAsync(arn).Select(e => e.EventType).ToListAsync();
        Assert.Equal(ExecutionStatus.TimedOut, (await host.Client.GetAsync(arn))!.Status);
        Assert.DoesNotContain("StepSucceeded", types);
    }

    [Fact]
    public async Task Stop_ends_an_execution_at_once_and_is_idempotent()
    {
        await using var host = await StartAsync(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();

        var first = await host.Client.StopAsync(arn, new ErrorObject { ErrorMessage = "not needed" });
        await host.AdvanceAsync(TimeSpan.FromDays(2));
        var second = await host.Client.StopAsync(arn);

        Assert.Equal(first, second);
        var end = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Stopped, "not needed"), (end.Status, end.Error!.ErrorMessage));
        var error = await Assert.ThrowsAsync<ExecutionFailedException>(() => host.Client.WaitForResultAsync<string>(arn));
        Assert.Equal(ExecutionStatus.Stopped, error.Status);
    }

    [Fact]
    public async Task Invocations_that_crash_again_and_again_are_delayed_then_parked_and_run_again_when_an_operator_says_so()
    {
        var broken = true;
        var starts = new List<DateTimeOffset>();
        DurableTestHost? current = null;
        await using var host = await StartAsync(async (_, context) =>
        {
            lock (starts) starts.Add(current!.Clock.GetUtcNow());
            if (broken) Rash();
            await context.WaitAsync(TimeSpan.FromSeconds(1));
            return "recovered";
        });
        current = host;
        var arn = await host.Client.StartAsync("f", "");
        while (await host.JumpAsync() && (await host.Client.GetAsync(arn))!.Attention == ExecutionAttention.None && starts.Count < 50)
        {
        }

        var parked = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Running, ExecutionAttention.Parked), (parked.Status, parked.Attention));
        Assert.Contains("10 invocations in a row ended without progress. The last one: rash", parked.AttentionReason);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], starts.Zip(starts.Skip(1), (a, b) => (int)(b - a).TotalSeconds));

        broken = false;
        Assert.True(await host.Client.UnparkAsync(arn));
        Assert.False(await host.Client.UnparkAsync(arn));
        Assert.Equal("\"recovered\"", (await host.RunToEndAsync(arn)).Result);

        static async void Rash()
        {
            await Task.CompletedTask;
            throw new InvalidOperationException("rash");
        }
    }

    [Fact]
    public async Task A_crashed_node_s_executions_go_on_at_once_on_the_next()
    {
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        await using var host = await StartAsync((_, context) => context.StepAsync(async (_, token) =>
        {
            if (Interlocked.Increment(ref runs) == 1) await body.Task.WaitAsync(token);
            return $"run {runs}";
        }));
        var arn = await host.Client.StartAsync("f", "");
        while (Volatile.Read(ref runs) == 0) await Task.Yield();

        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"run 2\"", end.Result);
        var events = await host.Client.GetHistoryAsync(arn).ToListAsync();
        Assert.Equal("Runtime.ExitError", events.First(e => e.InvocationCompletedDetails is not null).InvocationCompletedDetails!.Error!.Payload!.ErrorType);
    }

    [Fact]
    public async Task A_drained_node_rests_between_two_steps_and_loses_nothing()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ran = new List<string>();
        await using var host = await StartAsync(async (_, context) =>
        {
            await context.StepAsync(async (_, _) => { ran.Add("first"); await gate.Task; return 0; });
            await context.StepAsync((_, _) => { ran.Add("second"); return Task.FromResult(0); });
            return "done";
        });
        var arn = await host.Client.StartAsync("f", "");
        while (ran.Count == 0) await Task.Yield();

        var drained = host.Host.StopAsync(CancellationToken.None);
        gate.SetResult();
        await drained;
        Assert.Equal(["first"], ran);

        await host.CrashAsync();
        Assert.Equal("\"done\"", (await host.RunToEndAsync(arn)).Result);
        Assert.Equal(["first", "second"], ran);
        Assert.DoesNotContain(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.InvocationCompletedDetails?.Error is not null);
    }

    [Fact]
    public async Task Of_two_that_wait_the_second_is_woken_at_its_time_although_nothing_else_happens()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<int, string>("f", async (seconds, context) =>
        {
            await context.WaitAsync(TimeSpan.FromSeconds(seconds));
            return "done";
        }));
        await host.Client.StartAsync("f", 10);
        var second = await host.Client.StartAsync("f", 11);
        await host.SettleAsync();

        // The clock alone moves: it is the dispatcher's own timer that has to be set for the second one.
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await host.SettleAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.SettleAsync();

        Assert.Equal(ExecutionStatus.Succeeded, (await host.Client.GetAsync(second))!.Status);
    }

    [Fact]
    public async Task Finished_executions_are_deleted_when_their_retention_expires_and_the_name_is_free_again()
    {
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", (_, _) => Task.FromResult("done")), options => options.Retention = TimeSpan.FromDays(2));
        var arn = await host.Client.StartAsync("f", "", new StartOptions { ExecutionName = "n" });
        await host.RunToEndAsync(arn);
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.NotNull(await host.Client.GetAsync(arn));
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        await host.AdvanceAsync(TimeSpan.FromMinutes(2));

        Assert.Null(await host.Client.GetAsync(arn));
        Assert.NotEqual(arn, await host.Client.StartAsync("f", "other", new StartOptions { ExecutionName = "n" }));
    }

    [Fact]
    public async Task Without_a_worker_timers_fire_the_lack_is_shown_and_the_execution_goes_on_when_one_appears()
    {
        var served = true;
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            if (served)
            {
                builder.AddFunction<string, string>("f", async (_, context) =>
                {
                    await context.WaitAsync(TimeSpan.FromHours(1));
                    return "done";
                });
            }
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        served = false;
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromHours(2));

        var waiting = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Running, ExecutionAttention.NoWorker), (waiting.Status, waiting.Attention));
        Assert.Contains(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.EventType == "WaitSucceeded");

        served = true;
        await host.CrashAsync();
        Assert.Equal("\"done\"", (await host.RunToEndAsync(arn)).Result);
    }

    [Fact]
    public async Task A_large_execution_is_loaded_from_a_snapshot_and_comes_to_the_same()
    {
        await using var host = await StartAsync(async (_, context) =>
        {
            var sum = 0;
            for (var i = 0; i < 600; i++) sum += await context.StepAsync((_, _) => Task.FromResult(i), $"step-{i}");
            await context.WaitAsync(TimeSpan.FromMinutes(1));
            return sum.ToString();
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        Assert.True(ExecutionArn.TryParse(arn, out var key));
        var withSnapshot = await host.Store.LoadAsync(key.Value, CancellationToken.None);
        Assert.True(withSnapshot!.SnapshotVersion > 0);
        await host.Store.DeleteSnapshotAsync(key.Value, CancellationToken.None);
        var without = await host.Store.LoadAsync(key.Value, CancellationToken.None);

        Assert.Equal(ExecutionState.Load(without!).Snapshot(), ExecutionState.Load(withSnapshot).Snapshot());
        Assert.Equal("\"179700\"", (await host.RunToEndAsync(arn)).Result);
    }

    private static Task<DurableTestHost> StartAsync(Func<string, IDurableContext, Task<string>> function) =>
        DurableTestHost.StartAsync(builder => builder.AddFunction("f", function));
}
