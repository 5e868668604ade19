using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What deadlines.md and cancellation.md say.</summary>
public class OrderlyEndStories
{
    [Fact]
    public async Task A_question_that_is_answered_in_time_leaves_no_deadline_and_one_that_is_not_expires()
    {
        var post = new Postbox();
        Assert.Equal("\"signed\"", await Guide.ResultOfAsync(context => OrderlyEnds.ReviewAsync(context, post), async host =>
        {
            await host.AdvanceAsync(TimeSpan.FromDays(1));
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed");
        }));
        var (end, _, _) = await Guide.RunAsync(context => OrderlyEnds.ReviewAsync(context, new Postbox()));
        Assert.StartsWith("\"expired on", end.Result);
        Assert.Equal(TimeSpan.FromDays(14), end.EndedAt - end.StartedAt);
    }

    [Fact]
    public async Task An_answer_after_the_deadline_is_accepted_and_changes_nothing()
    {
        var post = new Postbox();
        await using var host = await Guide.HostAsync(async context =>
        {
            var outcome = await OrderlyEnds.ReviewAsync(context, post);
            await context.WaitAsync(TimeSpan.FromDays(10));
            return outcome;
        });
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        await host.AdvanceAsync(TimeSpan.FromDays(15));
        await host.Client.SendCallbackSuccessAsync(post.CallbackId, "late");

        Assert.StartsWith("\"expired", (await host.RunToEndAsync(arn)).Result);
    }

    [Theory]
    [InlineData("step", "Started")] // the block was over before it
    [InlineData("saga's step", "Succeeded")]
    public async Task A_body_that_runs_at_the_deadline_is_told_and_a_sagas_is_waited_for(string kind, string status)
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var log = new ConcurrentQueue<string>();
        async Task<string> LongAsync(CancellationToken token)
        {
            using var told = token.Register(() => log.Enqueue("told"));
            entered.SetResult();
            await release.Task; // it knows better than to stop in the middle
            log.Enqueue("body ended");
            return "result";
        }

        await using var host = await Guide.HostAsync(async context =>
        {
            try
            {
                return await context.WithDeadlineAsync(
                    context.TimeProvider.GetUtcNow().AddMinutes(10),
                    (timed, _) => kind == "step"
                        ? timed.StepAsync((_, token) => LongAsync(token), "long")
                        : timed.RunSagaAsync((saga, _) => saga.StepAsync((_, token) => LongAsync(token), (_, _, _) => { log.Enqueue("undone"); return Task.CompletedTask; }, "long"), "saga"),
                    "rule");
            }
            catch (DeadlineExceededException)
            {
                log.Enqueue("expired");
                return "";
            }
        }, builder => builder.Services.Configure<PerdureOptions>(options => options.LeaseDuration = TimeSpan.FromHours(1)));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        while (!log.Contains("told") || (kind == "step" && !log.Contains("expired"))) await Task.Yield();
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        release.SetResult();
        await host.RunToEndAsync(arn);

        Assert.Equal(kind == "step" ? ["body ended"] : ["told", "body ended", "undone", "expired"], log.Where(line => kind != "step" || line == "body ended"));
        Assert.Equal(status, (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "long").Status.ToString());
    }

    private static async Task<ExecutionDescription> CancelledAsync<TOutput>(Func<IDurableContext, Task<TOutput>> function, Action<IPerdureBuilder>? configure = null)
    {
        await using var host = await Guide.HostAsync(function, configure);
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        Assert.StartsWith("it is told", await OrderlyEnds.WithdrawAsync(host.Client, arn));
        var end = await host.RunToEndAsync(arn);
        Assert.StartsWith("it is over", await OrderlyEnds.WithdrawAsync(host.Client, arn));
        return end;
    }

    [Fact]
    public async Task A_cleanup_runs_in_a_cancelled_case_and_a_function_may_make_a_result_of_it()
    {
        var told = new List<string>();
        var end = await CancelledAsync(context => OrderlyEnds.WaitForAnswerAsync(context, new Postbox(), (what, _) => { told.Add(what); return Task.CompletedTask; }));
        Assert.Equal((ExecutionStatus.Stopped, "ExecutionCancelled"), (end.Status, end.Error!.ErrorType));
        Assert.Equal(["The case is closed."], told);

        end = await CancelledAsync(context => OrderlyEnds.OrNothingAsync(context, new Postbox()));
        Assert.Equal((ExecutionStatus.Succeeded, "\"withdrawn\""), (end.Status, end.Result));
    }

    [Fact]
    public async Task Another_error_that_leaves_a_cancelled_function_fails_the_execution()
    {
        var end = await CancelledAsync(async context =>
        {
            try
            {
                await context.WaitAsync(TimeSpan.FromDays(1));
            }
            catch (ExecutionCancelledException)
            {
                throw new InvalidOperationException("not now");
            }

            return "";
        });

        Assert.Equal((ExecutionStatus.Failed, "System.InvalidOperationException"), (end.Status, end.Error!.ErrorType));
    }

    [Fact]
    public async Task A_function_that_looks_at_its_token_is_stopped_too()
    {
        var end = await CancelledAsync(async context =>
        {
            var pause = context.WaitAsync(TimeSpan.FromDays(1));
            await Task.WhenAny(pause);
            context.ExecutionCancellation.ThrowIfCancellationRequested();
            return "";
        });

        Assert.Equal(ExecutionStatus.Stopped, end.Status);
    }

    [Fact]
    public async Task A_called_function_goes_on_when_its_caller_is_cancelled()
    {
        await using var host = await Guide.HostAsync(
            context => Composing.InvokeAsync(context, "p1"),
            builder => builder.AddFunction<string, string>("policy-criteria", async (_, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(1));
                return "found";
            }));
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        await host.Client.CancelAsync(arn);

        Assert.Equal(ExecutionStatus.Stopped, (await host.RunToEndAsync(arn)).Status);
        var called = await host.Client.ListAsync(new ExecutionFilter { Function = "policy-criteria" }).SingleAsync();
        Assert.Equal("\"found\"", (await host.RunToEndAsync(called.Arn)).Result);
    }

    [Fact]
    public async Task A_body_that_does_not_listen_runs_to_its_end_and_its_outcome_is_recorded()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = await Guide.HostAsync(context => context.StepAsync(
            async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return "done";
            },
            "deaf"));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;
        await host.Client.CancelAsync(arn);
        release.SetResult();

        Assert.Equal(ExecutionStatus.Stopped, (await host.RunToEndAsync(arn)).Status);
        var step = (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "deaf");
        Assert.Equal((OperationStatus.Succeeded, "\"done\""), (step.Status, step.StepDetails!.Result));
    }

    [Fact]
    public async Task A_parked_execution_is_told_when_it_runs_again()
    {
        var broken = true;
        await using var host = await Guide.HostAsync(async context =>
        {
            await context.StepAsync((_, _) => Task.FromResult(1), broken ? "first" : "renamed");
            broken = false;
            await context.WaitAsync(TimeSpan.FromDays(1));
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        }, builder => builder.Services.Configure<PerdureOptions>(options => options.OnNonDeterminism = NonDeterminismPolicy.Park));
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(ExecutionAttention.Mismatched, (await host.Client.GetAsync(arn))!.Attention);

        Assert.True(await host.Client.CancelAsync(arn));
        await host.SettleAsync();
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);

        broken = true;
        Assert.True(await host.Client.UnparkAsync(arn));
        Assert.Equal(ExecutionStatus.Stopped, (await host.RunToEndAsync(arn)).Status);
    }
}
