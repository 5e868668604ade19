using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House;

/// <summary>The tests that the testing guide shows, run as they are printed.</summary>
public class TestingGuideStories : ExpenseApprovalTests;

/// <summary>What the testing guide shows of the host underneath, run as it is printed.</summary>
public class TestHostGuideStories : TestHostTests;

/// <summary>Samples of the guides, run as they are printed.</summary>
public class GuideStories
{
    private sealed class Nobody : IMailer
    {
        public Task AskAsync(string person, string callbackId, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static Task<DurableTestHost> HostAsync<TOutput>(Func<IDurableContext, Task<TOutput>> function) =>
        DurableTestHost.StartAsync(builder => builder.AddFunction<string, TOutput>("guide", (_, context) => function(context)));

    private static async Task<string?> ResultOfAsync<TOutput>(Func<IDurableContext, Task<TOutput>> function)
    {
        await using var host = await HostAsync(function);
        var end = await host.RunToEndAsync(await host.Client.StartAsync("guide", ""));
        Assert.True(end.Status == ExecutionStatus.Succeeded, $"{end.Status}: {end.Error?.ErrorType} {end.Error?.ErrorMessage}");
        return end.Result;
    }

    [Fact]
    public async Task A_failed_step_is_compensated_and_its_error_names_the_original_type() => Assert.Equal(
        "\"released after System.InvalidOperationException\"",
        await ResultOfAsync(context => Verbs.CompensateAsync(
            context, _ => Task.CompletedTask, _ => throw new InvalidOperationException("no truck"), _ => Task.CompletedTask)));

    [Fact]
    public async Task A_condition_that_gives_up_hands_over_its_last_state() =>
        Assert.Equal("2", await ResultOfAsync(context => Verbs.ConditionAsync(context, _ => Task.FromResult(2))));

    [Fact]
    public async Task A_callback_that_nobody_answers_times_out() =>
        Assert.Equal("\"nobody signed\"", await ResultOfAsync(context => Verbs.CallbackAsync(context, new Nobody())));

    [Fact]
    public async Task Two_flows_run_in_contexts_of_their_own() => Assert.Equal(
        "\"got got credit+got identity\"",
        await ResultOfAsync(context => Verbs.ChildContextsAsync(context, (what, _) => Task.FromResult($"got {what}"))));

    [Fact]
    public async Task A_body_that_must_not_run_twice_is_unknown_after_a_crash()
    {
        var runs = 0;
        var entered = new TaskCompletionSource();
        await using var host = await HostAsync(context => Verbs.AtMostOnceAsync(context, async token =>
        {
            runs++;
            entered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return "launched";
        }));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;

        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.StartsWith("\"unknown", end.Result);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_body_that_was_cut_off_runs_again_in_the_same_attempt_with_the_same_key()
    {
        List<(int Attempt, string Key)> runs = [];
        var entered = new TaskCompletionSource();
        await using var host = await HostAsync(context => context.StepAsync(
            async (step, token) =>
            {
                runs.Add((step.AttemptNumber, step.IdempotencyKey));
                if (entered.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "done";
            },
            "cut-off"));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;

        await host.CrashAsync();
        await host.RunToEndAsync(arn);

        Assert.Equal(2, runs.Count);
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal((1, 43), (runs[0].Attempt, runs[0].Key.Length));
    }

    [Fact]
    public async Task A_blocking_wait_throws_and_a_contended_lock_does_not()
    {
        var gate = new Lock();
        var monitor = new object();
        var result = await ResultOfAsync(async context =>
        {
            await context.StepAsync((_, _) => Task.CompletedTask, "first");
            Contend(release => { lock (gate) release(); }, () => { lock (gate) { } });
            Contend(release => { lock (monitor) release(); }, () => { lock (monitor) { } });
            try
            {
                new TaskCompletionSource().Task.Wait();
                return "blocked";
            }
            catch (InvalidDurableOperationException error)
            {
                return error.Message[^9..];
            }
        });

        Assert.Equal("\"[PDR0103]\"", result);

        // Another thread holds the lock while this one asks for it.
        static void Contend(Action<Action> hold, Action enter)
        {
            using var held = new ManualResetEventSlim();
            var waiter = Thread.CurrentThread;
            var holder = new Thread(() => hold(() =>
            {
                held.Set();
                SpinWait.SpinUntil(() => (waiter.ThreadState & ThreadState.WaitSleepJoin) != 0, TimeSpan.FromSeconds(10));
            }));
            holder.Start();
            SpinWait.SpinUntil(() => held.IsSet);
            enter();
        }
    }
}
