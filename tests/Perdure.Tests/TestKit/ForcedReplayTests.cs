using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>An invocation that is repeated after every operation shows code that does not take the same way twice.</summary>
public class ForcedReplayTests
{
    private static readonly TestRunnerOptions Forced = new() { ReplayMode = ReplayMode.EveryOperation };

    private static async Task<TestResult<string>> RunAsync(Func<IDurableContext, Task<string>> function, TestRunnerOptions options)
    {
        await using var runner = new DurableTestRunner<int, string>((_, context) => function(context), options);
        return await runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Func<IDurableContext, Task<string>> Steps(List<string> bodies, List<int> passes) => async context =>
    {
        passes.Add(bodies.Count);
        await context.StepAsync((_, _) => { bodies.Add("a"); return Task.CompletedTask; }, "a");
        await context.RunInChildContextAsync(async (child, _) =>
        {
            await child.StepAsync((_, _) => { bodies.Add("b"); return Task.CompletedTask; }, "b");
            await child.StepAsync((_, _) => { bodies.Add("c"); return Task.CompletedTask; }, "c");
        }, "group");
        await context.WaitAsync(TimeSpan.FromHours(1));
        await context.StepAsync((_, _) => { bodies.Add("d"); return Task.CompletedTask; }, "d");
        return string.Concat(bodies);
    };

    [Fact]
    public async Task The_code_runs_from_the_record_after_each_operation_and_each_body_once()
    {
        List<string> bodies = [];
        List<int> passes = [];

        var result = await RunAsync(Steps(bodies, passes), Forced);

        Assert.Equal("abcd", result.Result);
        Assert.Equal([0, 1, 2, 3, 3, 4], passes); // before each, once more after the wait, and at the end
    }

    [Fact]
    public async Task Without_it_the_code_runs_again_only_after_a_wait()
    {
        List<string> bodies = [];
        List<int> passes = [];

        await RunAsync(Steps(bodies, passes), new TestRunnerOptions());

        Assert.Equal([0, 3], passes);
    }

    [Fact]
    public async Task A_hidden_way_that_differs_is_found()
    {
        var runs = 0;
        Task<string> Hidden(IDurableContext context) => context.StepAsync((_, _) => Task.FromResult("x"), $"step-{++runs}");

        var result = await RunAsync(Hidden, Forced);

        Assert.Equal("Perdure.NonDeterministicExecutionException", result.Error!.ErrorType);
        Assert.Contains("Step 'step-1', the code asked for Step 'step-2'", result.Error.ErrorMessage);
    }

    [Fact]
    public async Task The_same_way_passes_unseen_without_it()
    {
        var runs = 0;

        Assert.True((await RunAsync(context => context.StepAsync((_, _) => Task.FromResult("x"), $"step-{++runs}"), new TestRunnerOptions())).IsSucceeded);
    }

    [Fact]
    public async Task A_last_operation_that_is_not_asked_for_again_is_found()
    {
        var runs = 0;

        var result = await RunAsync(
            async context =>
            {
                if (++runs == 1) await context.StepAsync((_, _) => Task.CompletedTask, "only-once");
                return "done";
            },
            Forced);

        Assert.Contains("'only-once'", result.Error!.ErrorMessage);
    }

    [Fact]
    public async Task Branches_side_by_side_are_not_cut_off()
    {
        var bodies = 0;

        var result = await RunAsync(
            async context =>
            {
                var all = await context.MapAsync<int, int>(
                    [1, 2, 3, 4],
                    async (child, item, _, _, _) =>
                    {
                        var first = await child.StepAsync((_, _) => { Interlocked.Increment(ref bodies); return Task.FromResult(item); }, "first");
                        await child.WaitAsync(TimeSpan.FromMinutes(item));
                        return first + await child.StepAsync((_, _) => { Interlocked.Increment(ref bodies); return Task.FromResult(10); }, "second");
                    },
                    "map");
                return string.Join(",", all.GetResults());
            },
            Forced);

        Assert.Equal("11,12,13,14", result.Result);
        Assert.Equal(8, bodies);
    }

    [Fact]
    public async Task The_limit_of_invocations_counts_only_those_that_are_not_forced()
    {
        var result = await RunAsync(
            async context =>
            {
                for (var i = 0; i < 30; i++) await context.StepAsync((_, _) => Task.CompletedTask, $"s{i}");
                return "done";
            },
            Forced with { MaxInvocations = 3 });

        Assert.Equal("done", result.Result);
        Assert.Equal(31, result.InvocationCount);
    }
}
