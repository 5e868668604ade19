using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>How many commits each thing may cost. A commit is a disk's promise: the budget is the speed.</summary>
public class CommitBudgetStories
{
    [Theory]
    [InlineData(10, 12)]
    [InlineData(1, 3)]
    public async Task A_function_of_n_steps_takes_n_plus_2_commits(int steps, int commits)
    {
        var (host, store) = await StartAsync(async (_, context) =>
        {
            for (var i = 0; i < steps; i++) await context.StepAsync((_, _) => Task.FromResult(i));
            return "done";
        });
        await using var _ = host;

        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(commits, store.Commits);
    }

    [Fact]
    public async Task From_a_callback_to_the_finished_execution_it_takes_2_commits_and_no_claim()
    {
        string? id = null;
        var (host, store) = await StartAsync(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>();
            id = callback.CallbackId;
            return await callback.GetResultAsync();
        });
        await using var _ = host;
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();

        // Start with claim; CALLBACK START; suspension.
        Assert.Equal(3, store.Commits);
        store.Reset();
        await host.Client.SendCallbackSuccessAsync(id!, "yes");
        await host.RunToEndAsync(arn);

        Assert.Equal(2, store.Commits);
        Assert.Equal(0, store.Claims);
    }

    [Fact]
    public async Task Suspending_takes_1_commit_and_a_timer_wakes_with_1()
    {
        var (host, store) = await StartAsync(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "done";
        });
        await using var _ = host;
        await host.Client.StartAsync("f", "");
        await host.SettleAsync();

        // Start with claim; WAIT START; suspension.
        Assert.Equal(3, store.Commits);
        store.Reset();
        await host.JumpAsync();

        // Timer and invocation in one; the next WAIT START; suspension.
        Assert.Equal(3, store.Commits);
        Assert.Equal(1, store.Claims);
    }

    [Fact]
    public async Task The_start_of_a_context_and_of_a_quick_step_travel_with_the_next_awaited_update()
    {
        var (host, store) = await StartAsync((_, context) =>
            context.RunInChildContextAsync(async (child, _) => await child.StepAsync((_, _) => Task.FromResult("x"))));
        await using var _ = host;

        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        // Start; CONTEXT START + STEP START + STEP SUCCEED; CONTEXT SUCCEED; end.
        Assert.Equal(4, store.Commits);
    }

    [Fact]
    public async Task A_map_of_a_thousand_items_shares_its_commits()
    {
        var (host, store) = await StartAsync(async (_, context) =>
        {
            var batch = await context.MapAsync<int, int>([.. Enumerable.Range(0, 1000)], (child, item, _, _, _) => child.StepAsync((_, _) => Task.FromResult(item)));
            return batch.GetResults().Sum().ToString();
        });
        await using var _ = host;

        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        // 4,002 updates in batches of at most 200, and what trickles in between: far from one commit per update.
        Assert.Equal("\"499500\"", end.Result);
        Assert.InRange(store.Commits, 12, 600);
    }

    [Fact]
    public async Task A_thousand_steps_side_by_side_share_theirs()
    {
        var (host, store) = await StartAsync(async (_, context) =>
        {
            var numbers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => context.StepAsync((_, _) => Task.FromResult(i))));
            return numbers.Sum().ToString();
        });
        await using var _ = host;

        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal("\"499500\"", end.Result);
        // 2,000 updates in batches of at most 200, the start and the end; more when the bodies are slower than the store.
        Assert.InRange(store.Commits, 12, 300);
    }

    [Fact]
    public async Task A_call_starts_its_target_in_its_own_commit_and_its_outcome_comes_back_in_2()
    {
        var clock = new ManualTimeProvider();
        var store = new CountingStore(new InMemoryStore(clock));
        await using var host = await DurableTestHost.StartAsync(
            builder => builder
                .AddFunction<string, string>("called", async (input, context) => { await context.WaitAsync(TimeSpan.FromDays(1)); return input; })
                .AddFunction<string, string>("f", (input, context) => context.InvokeAsync<string, string>("called", input)),
            store: store, clock: clock);
        var arn = await host.Client.StartAsync("f", "hi");
        await host.SettleAsync();

        // Start with claim; CHAINED_INVOKE START with the start of its target; suspension. The target: invocation; WAIT START; suspension.
        Assert.Equal(6, store.Commits);
        store.Reset();
        await host.JumpAsync();

        // The target: timer and invocation in one; end. The outcome with the caller's invocation; the target forgets that it owes it. The caller: end.
        Assert.Equal(5, store.Commits);
        Assert.Equal("\"hi\"", (await host.Client.GetAsync(arn))!.Result);
    }

    [Fact]
    public async Task An_at_most_once_start_is_durable_before_the_body_runs()
    {
        CountingStore? counting = null;
        var commitsInBody = 0;
        var (host, store) = await StartAsync((_, context) => context.StepAsync(
            (_, _) =>
            {
                commitsInBody = counting!.Commits;
                return Task.FromResult("x");
            },
            config: new StepConfig { Semantics = StepSemantics.AtMostOncePerRetry }));
        await using var _ = host;
        counting = store;

        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(2, commitsInBody);
        Assert.Equal(4, store.Commits);
    }

    [Fact]
    public async Task A_slow_steps_start_is_recorded_after_20_milliseconds()
    {
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (host, store) = await StartAsync((_, context) => context.StepAsync(async (_, _) =>
        {
            started.SetResult();
            await body.Task;
            return "x";
        }));
        await using var _ = host;
        var arn = await host.Client.StartAsync("f", "");
        await started.Task;
        Assert.Equal(1, store.Commits);

        host.Clock.Advance(TimeSpan.FromMilliseconds(20));
        while (store.Commits < 2) await Task.Yield();
        Assert.Contains(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.EventType == "StepStarted");
        body.SetResult();
        await host.RunToEndAsync(arn);
    }

    private static async Task<(DurableTestHost Host, CountingStore Store)> StartAsync(Func<string, IDurableContext, Task<string>> function)
    {
        var clock = new ManualTimeProvider();
        var store = new CountingStore(new InMemoryStore(clock));
        return (await DurableTestHost.StartAsync(builder => builder.AddFunction("f", function), store: store, clock: clock), store);
    }

    private sealed class CountingStore(IExecutionStore inner) : DelegatingStore(inner)
    {
        private int _commits;
        private int _claims;

        public int Commits => Volatile.Read(ref _commits);

        /// <summary>Claims that found something.</summary>
        public int Claims => Volatile.Read(ref _claims);

        public void Reset() => _commits = _claims = 0;

        public override Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
        {
            Interlocked.Add(ref _commits, batch.Count);
            return base.CommitAsync(batch);
        }

        public override async Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken)
        {
            var rows = await base.ClaimDueAsync(request, cancellationToken);
            if (rows.Count > 0) Interlocked.Increment(ref _claims);
            return rows;
        }
    }
}
