using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Branches of different types, added one by one.</summary>
public class ParallelBuilderStories
{
    private sealed record Policy(string Name, int Version);

    private static async Task<(ExecutionDescription End, List<string> Seen, DurableTestHost Host)> RunAsync(Func<IDurableContext, List<string>, Task<string>> body)
    {
        var seen = new List<string>();
        var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var result = await body(context, seen);
            await context.WaitAsync(TimeSpan.FromDays(1), "replay it all");
            return result;
        }));
        return (await host.RunToEndAsync(await host.Client.StartAsync("f", "")), seen, host);
    }

    [Fact]
    public async Task Branches_keep_their_types_live_and_replayed()
    {
        var (end, seen, host) = await RunAsync(async (context, seen) =>
        {
            await using var checks = context.CreateParallel("checks");
            var policy = checks.BranchAsync("policy", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromHours(1));
                return new Policy("p", 3);
            });
            var eligible = checks.BranchAsync("eligible", (branch, _) => branch.StepAsync((_, _) => Task.FromResult(true), "ask"));
            var nothing = checks.BranchAsync<string?>("nothing", (_, _) => Task.FromResult<string?>(null));
            var counts = await checks.CompleteAsync();
            seen.Add($"{await policy} {await eligible} {await nothing ?? "null"} {counts.SuccessCount} {counts.CompletionReason}");
            return "";
        });
        await using (host)
        {
            Assert.Equal(["Policy { Name = p, Version = 3 } True null 3 AllCompleted", "Policy { Name = p, Version = 3 } True null 3 AllCompleted"], seen);
            var operations = await host.Client.GetOperationsAsync(end.Arn);
            Assert.Equal(["policy", "eligible", "nothing"], operations.Where(operation => operation.SubType == OperationSubTypes.ParallelBranch).OrderBy(operation => operation.Sequence!.Started).Select(operation => operation.Name));
        }
    }

    [Fact]
    public async Task A_failed_branch_throws_to_whoever_awaits_it_and_to_nobody_else()
    {
        var (_, seen, host) = await RunAsync(async (context, seen) =>
        {
            await using var checks = context.CreateParallel("checks", new ParallelConfig { CompletionConfig = CompletionConfig.AllCompleted() });
            var bad = checks.BranchAsync<int>("bad", (_, _) => throw new TimeoutException("late"));
            var good = checks.BranchAsync("good", (_, _) => Task.FromResult(7));
            var result = await checks.CompleteAsync();
            try
            {
                await bad;
            }
            catch (ChildContextException error)
            {
                seen.Add($"{error.IsError<TimeoutException>()} {await good} {result.FailureCount}");
            }

            return "";
        });
        await using (host) Assert.Equal(["True 7 1", "True 7 1"], seen);
    }

    [Fact]
    public async Task A_parallel_that_is_over_early_says_so_of_the_branches_that_had_not_ended()
    {
        var (_, seen, host) = await RunAsync(async (context, seen) =>
        {
            await using var checks = context.CreateParallel("checks", new ParallelConfig { MaxConcurrency = 2, CompletionConfig = CompletionConfig.FirstSuccessful() });
            var slow = checks.BranchAsync("slow", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromDays(9));
                return 1;
            });
            var quick = checks.BranchAsync("quick", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromHours(1));
                return 2;
            });
            var never = checks.BranchAsync("never", (_, _) => Task.FromResult(3));
            var result = await checks.CompleteAsync();
            foreach (var branch in new[] { slow, never })
            {
                try
                {
                    await branch;
                }
                catch (ChildContextException error)
                {
                    seen.Add(error.Message);
                }
            }

            seen.Add($"{await quick} {result.TotalCount} {result.StartedCount}");
            return "";
        });
        await using (host)
        {
            string[] once = ["Branch 'slow' had not ended when the parallel was over (MinSuccessfulReached).", "Branch 'never' had not ended when the parallel was over (MinSuccessfulReached).", "2 2 1"];
            Assert.Equal([.. once, .. once], seen);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_branch_before_or_after_its_time_is_refused(bool before)
    {
        var (end, _, host) = await RunAsync(async (context, seen) =>
        {
            var checks = context.CreateParallel("checks");
            var branch = checks.BranchAsync("one", (_, _) => Task.FromResult(1));
            if (before) await branch;
            await checks.CompleteAsync();
            _ = checks.BranchAsync("two", (_, _) => Task.FromResult(1));
            return "";
        });
        await using (host) Assert.Contains("PDR0110", end.Error!.ErrorMessage);
    }

    [Fact]
    public async Task Leaving_the_block_completes_it()
    {
        var (end, _, host) = await RunAsync(async (context, seen) =>
        {
            await using (var checks = context.CreateParallel("checks")) _ = checks.BranchAsync("one", (branch, _) => branch.StepAsync((_, _) => Task.FromResult(1), "work"));
            return "left";
        });
        await using (host)
        {
            Assert.Equal("\"left\"", end.Result);
            Assert.All((await host.Client.GetOperationsAsync(end.Arn)).Skip(1), operation => Assert.Equal(OperationStatus.Succeeded, operation.Status));
        }
    }

    [Fact]
    public async Task Results_too_large_to_record_are_rebuilt_from_the_branches()
    {
        var (_, seen, host) = await RunAsync(async (context, seen) =>
        {
            await using var checks = context.CreateParallel("checks");
            var text = checks.BranchAsync("text", (branch, _) => branch.StepAsync((_, _) => Task.FromResult(new string('x', 200_000)), "text"));
            var bytes = checks.BranchAsync("bytes", (branch, _) => branch.StepAsync((_, _) => Task.FromResult(new byte[100_000]), "bytes"));
            await checks.CompleteAsync();
            seen.Add($"{(await text).Length} {(await bytes).Length}");
            return "";
        });
        await using (host) Assert.Equal(["200000 100000", "200000 100000"], seen);
    }

    [Fact]
    public async Task A_large_batch_records_counts_or_the_author_s_summary()
    {
        var (end, _, host) = await RunAsync(async (context, seen) =>
        {
            foreach (var generator in new Func<IBatchResult, string>?[] { null, result => $"{result.SuccessCount} pages", _ => throw new InvalidOperationException() })
            {
                var pages = await context.MapAsync<int, string>(
                    [1, 2], (page, _, _, _, _) => page.StepAsync((_, _) => Task.FromResult(new string('x', 150_000)), "read"), "pages", new MapConfig<int> { SummaryGenerator = generator });
                Assert.Equal(2, pages.GetResults().Count);
            }

            return "";
        });
        await using (host)
        {
            var maps = (await host.Client.GetOperationsAsync(end.Arn)).Where(operation => operation.SubType == OperationSubTypes.Map).Select(operation => operation.ContextDetails!).ToList();
            Assert.All(maps, map => Assert.True(map.ReplayChildren));
            Assert.Equal("2 pages", maps[1].Result);
            Assert.Equal(maps[0].Result, maps[2].Result);
            Assert.Equal("""{"type":"MapResult","totalCount":2,"successCount":2,"failureCount":0,"startedCount":0,"completionReason":"AllCompleted","status":"Succeeded"}""", maps[0].Result);
        }
    }
}
