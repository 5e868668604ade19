using Perdure.Engine.Executions;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>When an invocation rests, and what it then does.</summary>
public class QuiescenceStories
{
    [Fact]
    public async Task A_running_body_keeps_the_invocation_although_a_sibling_waits()
    {
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = 0;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var wait = context.WaitAsync(TimeSpan.FromMinutes(1));
            var step = context.StepAsync(async (_, token) =>
            {
                Interlocked.Increment(ref runs);
                started.SetResult();
                await body.Task;
                return token.IsCancellationRequested ? "cancelled" : "whole";
            });
            await wait;
            return await step;
        }));

        var arn = await host.Client.StartAsync("f", "");
        await started.Task;
        Assert.DoesNotContain(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.InvocationCompletedDetails is not null);
        body.SetResult();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"whole\"", end.Result);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task While_a_body_runs_a_sibling_goes_on_when_its_wait_is_due()
    {
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sibling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var step = context.StepAsync(async (_, _) => { await body.Task; return "slow"; }, "slow");
            await context.WaitAsync(TimeSpan.FromMinutes(1), "pause");
            await context.StepAsync((_, _) => { sibling.SetResult(); return Task.FromResult(0); }, "sibling");
            return await step;
        }));

        var arn = await host.Client.StartAsync("f", "");
        Assert.True(ExecutionArn.TryParse(arn, out var key));
        while (!sibling.Task.IsCompleted)
        {
            // Nothing of the service is due while the invocation runs: it is the invocation that asks, by a timer of its own.
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            while (!sibling.Task.IsCompleted && !await HoldsLeaseAsync()) await Task.Yield();
        }

        async Task<bool> HoldsLeaseAsync() =>
            (await host.Store.FindAsync(key.Value, CancellationToken.None))!.State.WakeAt > host.Clock.GetUtcNow().AddSeconds(15);

        body.SetResult();
        Assert.Equal("\"slow\"", (await host.RunToEndAsync(arn)).Result);
        Assert.Single(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.InvocationCompletedDetails is not null);
    }

    [Fact]
    public async Task A_finished_root_ends_the_execution_although_a_wait_is_open()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (input, context) =>
        {
            _ = context.WaitAsync(TimeSpan.FromDays(300));
            return Task.FromResult("done");
        }));

        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();

        Assert.Equal(ExecutionStatus.Succeeded, (await host.Client.GetAsync(arn))!.Status);
    }

    [Fact]
    public async Task An_open_operation_of_the_service_suspends_the_execution()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "done";
        }));

        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();

        Assert.Equal(["ExecutionStarted", "WaitStarted", "InvocationCompleted"], await host.Client.GetHistoryAsync(arn).Select(e => e.EventType).ToListAsync());
        Assert.Empty(host.Host.Node.ActiveInvocations);
        Assert.Equal(0, host.Host.Node.Core.Mailboxes.Count);
    }

    [Fact]
    public async Task Awaiting_something_foreign_keeps_the_invocation_and_warns_once()
    {
        using var log = new CapturedLog();
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await DurableTestHost.StartAsync(
            builder =>
            {
                log.AddTo(builder);
                builder.AddFunction<string, string>("f", async (_, context) =>
                {
                    await foreign.Task;
                    await Task.Yield();
                    return await context.StepAsync((_, _) => Task.FromResult("went on"));
                });
            },
            options => options.StrictDeterminism = false);

        var arn = await host.Client.StartAsync("f", "");
        while (!log.Messages.Any(message => message.Contains("PDR0102"))) await Task.Yield();
        Assert.Single(host.Host.Node.ActiveInvocations);
        foreign.SetResult();
        await host.Client.WaitForResultAsync<string>(arn);

        Assert.Single(log.Messages, message => message.Contains("PDR0102"));
    }

    [Fact]
    public async Task A_foreign_continuation_fails_the_execution_under_strict_determinism()
    {
        using var log = new CapturedLog();
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.AddFunction<string, string>("f", async (_, context) =>
            {
                try
                {
                    await foreign.Task;
                    return await context.StepAsync((_, _) => Task.FromResult("went on"));
                }
                catch (Exception)
                {
                    return "caught";
                }
            });
        });

        var arn = await host.Client.StartAsync("f", "");
        while (!log.Messages.Any(message => message.Contains("PDR0102"))) await Task.Yield();
        foreign.SetResult();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Equal(typeof(NonDeterministicExecutionException).FullName, end.Error!.ErrorType);
        Assert.Contains("PDR0102", end.Error.ErrorMessage);
    }

    [Fact]
    public async Task What_a_flat_context_leaves_running_is_recorded_once_and_not_run_again()
    {
        var runs = 0;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.RunInChildContextAsync(
                async (child, _) =>
                {
                    var left = child.StepAsync((_, _) => { runs++; return Task.FromResult(0); }, "left");
                    await Task.WhenAny(left, child.StepAsync((_, _) => Task.FromResult(0), "first"));
                    return 0;
                },
                "flat", new ChildContextConfig { NestingType = NestingType.Flat });
            for (var i = 0; i < 3; i++) await context.WaitAsync(TimeSpan.FromHours(1));
            return "done";
        }));

        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(1, runs);
    }
}
