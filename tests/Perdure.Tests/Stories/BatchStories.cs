using Perdure.Testing;

namespace Perdure.Tests.Stories;

public class BatchStories
{
    [Fact]
    public async Task A_map_returns_results_in_index_order_under_the_names_of_its_items()
    {
        var (result, events) = await RunAsync(async context =>
        {
            var batch = await context.MapAsync<int, int>(
                [3, 1, 2],
                async (child, item, index, all, _) =>
                {
                    await child.WaitAsync(TimeSpan.FromMinutes(item));
                    return (item * 100) + (index * 10) + all.Count;
                },
                "map", new MapConfig<int> { ItemNamer = (item, _) => $"item-{item}" });
            await context.WaitAsync(TimeSpan.FromDays(1));
            return $"{string.Join(",", batch.GetResults())} {batch.CompletionReason} {batch.TotalCount}";
        });

        Assert.Equal("\"303,113,223 AllCompleted 3\"", result);
        Assert.Equal(["item-3", "item-1", "item-2"], events.Where(e => e is { EventType: "ContextStarted", SubType: "MapIteration" }).Select(e => e.Name));
        Assert.Equal(["item-1", "item-2", "item-3"], events.Where(e => e is { EventType: "ContextSucceeded", SubType: "MapIteration" }).Select(e => e.Name));
    }

    [Fact]
    public async Task With_a_concurrency_of_1_items_run_one_after_another_across_suspensions()
    {
        var (_, events) = await RunAsync(async context =>
        {
            await context.ParallelAsync<int>(
                [
                    async (child, _) => { await child.WaitAsync(TimeSpan.FromHours(1)); return 0; },
                    async (child, _) => await child.StepAsync((_, _) => Task.FromResult(1), "second"),
                ],
                "both", new ParallelConfig { MaxConcurrency = 1 });
            return "";
        });

        Assert.Equal(
            ["ExecutionStarted", "ContextStarted", "ContextStarted", "WaitStarted", "InvocationCompleted", "WaitSucceeded", "ContextSucceeded",
                "ContextStarted", "StepStarted", "StepSucceeded", "ContextSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded"],
            events.Select(e => e.EventType));
    }

    [Fact]
    public async Task A_failed_batch_does_not_throw_its_context_succeeds_and_the_errors_are_the_same_after_replay()
    {
        var seen = new List<string>();
        await RunAsync(async context =>
        {
            var batch = await context.ParallelAsync<string>(
                [
                    new DurableBranch<string>("good", (_, _) => Task.FromResult("fine")),
                    new DurableBranch<string>("bad", (_, _) => throw new TimeoutException("late")),
                    new DurableBranch<string>("never", (_, _) => Task.FromResult("unreached")),
                ],
                "p", new ParallelConfig { MaxConcurrency = 1, CompletionConfig = CompletionConfig.AllSuccessful() });
            var error = Assert.IsType<ChildContextException>(Record.Exception(batch.ThrowIfError));
            seen.Add($"{batch.CompletionReason} {batch.SuccessCount} {batch.FailureCount} {batch.TotalCount} {batch.Status} {batch.All[1].Name} {error.ErrorType} {error.Message} {error.SubType}");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        });

        Assert.Equal(2, seen.Count);
        Assert.Equal("FailureToleranceExceeded 1 1 2 Failed bad System.TimeoutException late ParallelBranch", seen[0]);
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task What_is_abandoned_by_an_early_end_records_nothing_any_more_and_stays_abandoned_on_replay()
    {
        var lateRuns = 0;
        var (result, events) = await RunAsync(async context =>
        {
            var batch = await context.ParallelAsync<string>(
                [
                    async (child, _) => await child.StepAsync((_, _) => Task.FromResult("quick"), "quick"),
                    async (child, _) =>
                    {
                        await child.WaitAsync(TimeSpan.FromHours(1), "slow");
                        return await child.StepAsync((_, _) => { lateRuns++; return Task.FromResult("late"); }, "late");
                    },
                ],
                "race", new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful() });
            await context.WaitAsync(TimeSpan.FromHours(2));
            return $"{batch.CompletionReason} {batch.StartedCount} {batch.GetResults().Single()}";
        });

        Assert.Equal("\"MinSuccessfulReached 1 quick\"", result);
        Assert.Equal(0, lateRuns);
        Assert.DoesNotContain(events, e => e.Name == "late");
    }

    [Theory]
    [InlineData(NestingType.Nested)]
    [InlineData(NestingType.Flat)]
    public async Task A_batch_too_large_to_store_is_rebuilt_from_its_items(NestingType nesting)
    {
        var runs = 0;
        var (result, events) = await RunAsync(async context =>
        {
            var batch = await context.MapAsync<int, string>(
                [0, 1, 2, 3],
                (child, item, _, _, _) => child.StepAsync((_, _) => { Interlocked.Increment(ref runs); return Task.FromResult(new string((char)('a' + item), 70_000)); }),
                "large", new MapConfig<int> { NestingType = nesting });
            await context.WaitAsync(TimeSpan.FromDays(1));
            return $"{batch.SuccessCount} {string.Concat(batch.GetResults().Select(text => text[0]))} {batch.GetResults().Sum(text => text.Length)}";
        });

        Assert.Equal("\"4 abcd 280000\"", result);
        Assert.Equal(4, runs);
        Assert.Equal(nesting == NestingType.Nested ? 5 : 1, events.Count(e => e.EventType == "ContextSucceeded"));
    }

    [Fact]
    public async Task An_empty_batch_is_recorded_and_complete()
    {
        var (result, events) = await RunAsync(async context =>
        {
            var batch = await context.MapAsync<int, int>([], (_, item, _, _, _) => Task.FromResult(item));
            return $"{batch.CompletionReason} {batch.TotalCount}";
        });

        Assert.Equal("\"AllCompleted 0\"", result);
        Assert.Equal(["ContextStarted", "ContextSucceeded"], events.Where(e => e.SubType == "Map").Select(e => e.EventType));
    }

    [Fact]
    public async Task A_rule_of_ones_own_ends_a_batch()
    {
        var (result, _) = await RunAsync(async context =>
        {
            var batch = await context.MapAsync<int, int>(
                [1, 2, 3, 4, 5],
                (child, item, _, _, _) => child.StepAsync((_, _) => Task.FromResult(item)),
                config: new MapConfig<int>
                {
                    MaxConcurrency = 1,
                    CompletionConfig = CompletionConfig.When(progress => progress.SuccessCount == 2 ? BatchDecision.Succeed : BatchDecision.Continue),
                });
            return $"{batch.CompletionReason} {batch.TotalCount}";
        });

        Assert.Equal("\"CustomCompletionSucceeded 2\"", result);
    }

    [Fact]
    public async Task Items_and_the_whole_may_have_serializers_of_their_own()
    {
        var (result, events) = await RunAsync(async context =>
        {
            var batch = await context.MapAsync<string, string>(
                ["x", "y"], (_, item, _, _, _) => Task.FromResult(item), "m", new MapConfig<string> { ItemSerializer = new Shouting() });
            await context.WaitAsync(TimeSpan.FromDays(1));
            return string.Concat(batch.GetResults());
        });

        Assert.Equal("\"XY\"", result);
        Assert.Contains(events, e => e.ContextSucceededDetails?.Result.Payload == "X");
    }

    private static async Task<(string? Result, IReadOnlyList<HistoryEvent> Events)> RunAsync(Func<IDurableContext, Task<string>> function)
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => function(context)));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);
        Assert.True(end.Status == ExecutionStatus.Succeeded, end.Error?.ErrorMessage);
        return (end.Result, await host.Client.GetHistoryAsync(arn).ToListAsync());
    }
}
