using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What map.md and parallel.md say.</summary>
public class BatchGuideStories
{
    private static readonly string[] Pages = ["a", "b", "c", "d"];

    [Fact]
    public async Task A_tolerated_share_of_failures_is_a_fraction()
    {
        var (end, _, _) = await Guide.RunAsync(context => Composing.MapAsync(
            context, [.. Enumerable.Range(0, 20).Select(i => $"{i}")], (text, _) => text == "7" ? throw new IOException() : Task.FromResult(text)));
        Assert.Equal(ExecutionStatus.Succeeded, end.Status); // 1 of 20, after 6 attempts
    }

    [Fact]
    public async Task The_first_failure_ends_a_batch_and_what_was_not_begun_never_is()
    {
        var begun = 0;
        var result = await Guide.ResultOfAsync(async context =>
        {
            var batch = await context.MapAsync<string, string>(
                Pages,
                (_, page, _, _, _) => { begun++; return page == "b" ? throw new IOException() : Task.FromResult(page); },
                "pages", new MapConfig<string> { MaxConcurrency = 1 });
            return $"{batch.CompletionReason} {batch.SuccessCount} {batch.FailureCount} {batch.TotalCount}";
        });

        Assert.Equal("\"FailureToleranceExceeded 1 1 2\"", result);
        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task An_abandoned_body_runs_to_its_end_unrecorded_and_the_execution_ends_after_it()
    {
        var slow = new TaskCompletionSource();
        var cancelled = false;
        await using var host = await Guide.HostAsync(async context =>
        {
            var batch = await context.ParallelAsync<string>(
                [
                    (branch, _) => branch.StepAsync((_, _) => Task.FromResult("quick"), "quick"),
                    (branch, _) => branch.StepAsync(
                        async (_, token) =>
                        {
                            token.Register(() => cancelled = true);
                            await slow.Task;
                            return "slow";
                        },
                        "slow"),
                ],
                "race", new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful() });
            return string.Join(",", batch.All.Select(item => item.Status));
        });
        var arn = await host.Client.StartAsync("guide", "");
        while (!(await host.Client.GetOperationsAsync(arn)).Any(operation => operation is { Name: "race", Status: OperationStatus.Succeeded })) await Task.Yield();
        for (var i = 0; i < 100; i++) await Task.Yield();

        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        slow.SetResult();
        Assert.Equal("\"Succeeded,Started\"", (await host.RunToEndAsync(arn)).Result);
        Assert.False(cancelled);
        Assert.Equal(OperationStatus.Started, (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "slow").Status);
    }

    [Fact]
    public async Task Enough_successes_that_do_not_come_are_no_error()
    {
        var result = await Guide.ResultOfAsync(async context =>
        {
            var batch = await context.MapAsync<string, string>(
                Pages, (_, page, _, _, _) => page == "a" ? Task.FromResult(page) : throw new IOException(), "pages",
                new MapConfig<string> { CompletionConfig = new CompletionConfig { MinSuccessful = 2 } });
            return $"{batch.CompletionReason} {batch.SuccessCount} {batch.FailureCount} {batch.GetErrors().Count}";
        });

        Assert.Equal("\"AllCompleted 1 3 3\"", result);
    }

    [Theory]
    [InlineData(0, "from 10")]
    [InlineData(1, "from 10")]
    [InlineData(2, "nobody")]
    public async Task A_rule_of_ones_own_says_when_it_is_over(int refusals, string outcome) => Assert.Equal(
        $"\"{outcome}\"",
        await Guide.ResultOfAsync(context => Batches.OffersAsync(
            context, ["one", "two", "three"], (carrier, _) => carrier switch
            {
                "one" when refusals > 0 => throw new IOException(),
                "two" when refusals > 1 => throw new IOException(),
                _ => Task.FromResult(10m),
            })));

    [Fact]
    public async Task A_rule_that_throws_fails_the_batch()
    {
        var (end, _, _) = await Guide.RunAsync(async context => (await context.MapAsync<string, string>(
            Pages, (_, page, _, _, _) => Task.FromResult(page), "pages",
            new MapConfig<string> { CompletionConfig = CompletionConfig.When(_ => throw new NotSupportedException("no rule")) })).TotalCount);

        Assert.Equal("System.NotSupportedException", end.Error!.ErrorType);
    }

    [Fact]
    public async Task A_name_that_is_not_one_is_refused_before_anything_is_recorded()
    {
        var (end, operations, _) = await Guide.RunAsync(async context => (await context.MapAsync<string, string>(
            Pages, (_, page, _, _, _) => Task.FromResult(page), "pages", new MapConfig<string> { ItemNamer = (page, _) => page == "c" ? "" : page })).TotalCount);

        Assert.Equal("System.ArgumentException", end.Error!.ErrorType);
        Assert.Equal(["EXECUTION"], operations.Select(operation => operation.Type));
    }

    [Fact]
    public async Task Unnamed_items_and_branches_are_named_by_their_index()
    {
        var (_, operations, _) = await Guide.RunAsync(async context =>
        {
            await context.MapAsync<string, string>(Pages[..2], (_, page, _, _, _) => Task.FromResult(page));
            await context.ParallelAsync<string>([(_, _) => Task.FromResult(""), (_, _) => Task.FromResult("")]);
            return "";
        });

        Assert.Equal(["map-item-0", "map-item-1", "parallel-branch-0", "parallel-branch-1"], operations.Where(operation => operation.ParentId is not null).OrderBy(operation => operation.Sequence!.Started).Select(operation => operation.Name));
    }

    [Fact]
    public async Task Branches_that_all_pass_are_an_answer()
    {
        Assert.Equal("true", await Guide.ResultOfAsync(context => Composing.ParallelAsync(context, _ => Task.FromResult(true), _ => Task.FromResult(true))));
        Assert.Equal("false", await Guide.ResultOfAsync(context => Composing.ParallelAsync(context, _ => Task.FromResult(true), _ => Task.FromResult(false))));
    }

    [Theory]
    [InlineData(true, "covered by p1")]
    [InlineData(false, "not covered")]
    public async Task Branches_of_different_types_are_awaited_once_the_whole_is_over(bool eligible, string outcome) => Assert.Equal(
        $"\"{outcome}\"", await Guide.ResultOfAsync(context => Composing.CreateParallelAsync(context, _ => Task.FromResult(eligible), _ => Task.FromResult("p1"))));

    [Fact]
    public async Task With_different_types_the_branches_have_a_serializer_and_the_whole_has_none()
    {
        var result = await Guide.ResultOfAsync(async context =>
        {
            var error = Assert.Throws<ArgumentException>(() => { _ = context.CreateParallel("checks", new ParallelConfig { Serializer = new JsonDurableSerializer() }); });
            await using var checks = context.CreateParallel("checks", new ParallelConfig { ItemSerializer = new JsonDurableSerializer() });
            var seven = checks.BranchAsync("seven", (_, _) => Task.FromResult(7));
            await checks.CompleteAsync();
            return $"{await seven} {error.ParamName}";
        });

        Assert.Equal("\"7 config\"", result);
    }

    [Theory]
    [InlineData(200_000, "2 pages read, 0 unreadable")]
    [InlineData(2, null)] // small enough to be recorded itself
    public async Task A_summary_stands_on_the_record_of_a_result_that_is_too_large_for_it(int length, string? summary)
    {
        var (_, operations, _) = await Guide.RunAsync(context => Batches.ReadAsync(context, ["a", "b"], (_, _) => Task.FromResult(new string('x', length))));

        var details = operations.Single(operation => operation.Name == "pages").ContextDetails!;
        Assert.Equal((summary is not null, summary), (details.ReplayChildren, details.ReplayChildren ? details.Result : null));
    }
}
