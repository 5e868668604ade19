using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>A record as text: the whole of it, and its shape.</summary>
public class HistoryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<TestResult<string>> RunAsync()
    {
        await using var runner = new DurableTestRunner<string, string>(
            async (name, context) =>
            {
                await context.StepAsync(
                    (step, _) => step.AttemptNumber == 1 ? throw new TimeoutException("\"busy\" <now>") : Task.CompletedTask, "flaky \"step\"",
                    new StepConfig { RetryStrategy = RetryStrategy.Exponential(jitter: JitterStrategy.None) });
                var approved = await context.WaitForCallbackAsync<bool>((_, _, _) => Task.CompletedTask, "approval");
                var both = await context.ParallelAsync<string>(
                    [Branch("left", "l"), Branch("right", "r")],
                    "both", new ParallelConfig { MaxConcurrency = 1 });
                await context.WaitAsync(TimeSpan.FromDays(1));
                return $"{name} {approved} {string.Concat(both.GetResults())}";
            },
            new TestRunnerOptions { FunctionName = "shape" });
        var arn = await runner.StartAsync("Ada", cancellationToken: Cancel);
        await runner.Operation("approval").SendCallbackSuccessAsync(true, Cancel);
        return await runner.WaitForResultAsync(arn, cancellationToken: Cancel);
    }

    private static DurableBranch<string> Branch(string name, string step) => new(name, (child, _) => child.StepAsync((_, _) => Task.FromResult(step), step));

    [Fact]
    public async Task The_chart_shows_order_nesting_attempts_and_outcome()
    {
        var chart = (await RunAsync()).ToMermaid();

        Assert.Equal(
            """
            flowchart TD
                start(["shape"])
                n1["flaky #quot;step#quot;<br/>Step, 2 attempts"]
                subgraph n2["approval<br/>WaitForCallback"]
                    n3["approval-callback<br/>Callback"]
                    n4["approval-submitter<br/>Step"]
                end
                subgraph n5["both<br/>Parallel"]
                    subgraph n6["left<br/>ParallelBranch"]
                        n7["l<br/>Step"]
                    end
                    subgraph n8["right<br/>ParallelBranch"]
                        n9["r<br/>Step"]
                    end
                    n6 --> n8
                end
                n10["Wait"]
                finish(["Succeeded"])
                start --> n1
                n1 --> n2
                n2 --> n5
                n5 --> n10
                n10 --> finish

            """,
            chart, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Branches_fork_and_join_in_the_chart()
    {
        await using var runner = new DurableTestRunner<int, int>(async (_, context) =>
        {
            await context.StepAsync((_, _) => Task.CompletedTask, "first");
            await Task.WhenAll(context.WaitAsync(TimeSpan.FromDays(1), "a"), context.WaitAsync(TimeSpan.FromDays(2), "b"));
            throw new InvalidOperationException();
        });

        var chart = (await runner.RunAsync(0, cancellationToken: Cancel)).ToMermaid();

        foreach (var arrow in new[] { "start --> n1", "n1 --> n2", "n1 --> n3", "n2 --> finish", "n3 --> finish" }) Assert.Contains($"    {arrow}\n", chart);
        Assert.DoesNotContain("n2 --> n3", chart);
        Assert.Contains("finish([\"Failed\"])", chart);
    }

    [Fact]
    public async Task The_text_of_a_history_is_the_same_in_every_run_and_names_no_source()
    {
        var first = (await RunAsync()).ToHistoryJson();
        var second = (await RunAsync()).ToHistoryJson();

        Assert.Equal(first, second);
        Assert.Contains("\"Status\": \"SUCCEEDED\"", first);
        Assert.Contains("\"ErrorMessage\": \"\\\"busy\\\" <now>\"", first);
        Assert.Contains("arn:aws:lambda:local:000000000000:function:shape:$LATEST/durable-execution/test-1/", first);
        Assert.DoesNotContain("StackTrace", first);
        Assert.DoesNotContain("\r", first);
    }

    [Fact]
    public async Task A_history_that_is_read_and_written_again_is_the_same_text()
    {
        var history = (await RunAsync()).ToHistoryJson();

        Assert.Equal(history, HistoryJson.Write(HistoryJson.Read(history)));
    }

    [Fact]
    public async Task An_execution_under_way_is_exported_from_any_client()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<int, int>("f", async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1), "pause");
            return 1;
        }));
        var arn = await host.Client.StartAsync("f", 0, cancellationToken: Cancel);
        await host.SettleAsync();

        var history = await HistoryJson.ExportAsync(host.Client, arn, Cancel);

        Assert.Contains("\"Status\": \"RUNNING\"", history);
        Assert.Contains("\"Name\": \"pause\"", history);
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestResult<int>.ReadAsync(host.Client, arn, cancellationToken: Cancel));
        await host.RunToEndAsync(arn);
        Assert.Equal(1, (await TestResult<int>.ReadAsync(host.Client, arn, cancellationToken: Cancel)).Result);
        await Assert.ThrowsAsync<ExecutionNotFoundException>(() => HistoryJson.ExportAsync(host.Client, "arn:nobody", Cancel));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"Format":"perdure-history/1"}""")]
    public void What_is_not_a_history_is_refused(string text) => Assert.Throws<FormatException>(() => HistoryJson.Read(text));

    [Fact]
    public async Task A_history_of_another_format_is_refused_by_name()
    {
        var newer = (await RunAsync()).ToHistoryJson().Replace("perdure-history/1", "perdure-history/9", StringComparison.Ordinal);

        Assert.Contains("'perdure-history/9'", Assert.Throws<FormatException>(() => HistoryJson.Read(newer)).Message);
    }
}
