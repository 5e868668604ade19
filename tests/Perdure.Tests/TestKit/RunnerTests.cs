using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>A run from input to result, with what the record shows of it.</summary>
public class RunnerTests
{
    [Fact]
    public async Task A_run_returns_what_the_function_returns()
    {
        await using var runner = new DurableTestRunner<int, string>(async (input, context) =>
            await context.StepAsync((_, _) => Task.FromResult($"<{input}>"), "format"));

        var result = await runner.RunAsync(7, cancellationToken: TestContext.Current.CancellationToken);

        result.EnsureSucceeded();
        Assert.Equal("<7>", result.Result);
        Assert.Equal(InvocationStatus.Succeeded, result.Status);
        Assert.Equal(1, result.InvocationCount);
        var step = result.GetStep("format");
        Assert.Equal((OperationKind.Step, OperationStatus.Succeeded, 1), (step.Kind, step.Status, step.Attempt));
        Assert.Equal("<7>", step.GetResult<string>());
    }

    [Fact]
    public async Task Weeks_pass_by_themselves()
    {
        await using var runner = new DurableTestRunner<int, DateTimeOffset>(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(21), "pause");
            return context.TimeProvider.GetUtcNow();
        });
        var began = runner.TimeProvider.GetUtcNow();

        var result = await runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(began.AddDays(21), result.Result);
        Assert.Equal(2, result.InvocationCount);
        Assert.Equal((OperationKind.Wait, TimeSpan.FromDays(21)), (result.GetStep("pause").Kind, result.GetStep("pause").Duration!.Value));
        Assert.Equal(began.AddDays(21), result.GetStep("pause").GetWaitEndsAt());
    }

    [Fact]
    public async Task A_failed_execution_is_a_result_and_says_why_when_success_is_required()
    {
        await using var runner = new DurableTestRunner<int, string>(async (_, context) =>
        {
            await context.StepAsync((_, _) => Task.CompletedTask, "before");
            throw new TimeoutException("the payer is closed");
        });

        var result = await runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(result.IsFailed);
        Assert.Equal("System.TimeoutException", result.Error!.ErrorType);
        var error = Assert.Throws<TestExecutionFailedException>(result.EnsureSucceeded);
        Assert.Equal(InvocationStatus.Failed, error.FinalStatus);
        Assert.Contains("the payer is closed", error.Message);
        Assert.Contains("Step 'before' Succeeded", error.Message);
    }

    [Fact]
    public async Task A_run_that_waits_for_the_outside_world_says_so_at_once()
    {
        await using var runner = new DurableTestRunner<int, string>((_, context) => context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "approval"));

        var error = await Assert.ThrowsAsync<TestExecutionSuspendedException>(() => runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("Callback 'approval-callback' Started", error.Message);
        Assert.Contains(error.OpenSteps, step => step.Name == "approval");
    }

    [Fact]
    public async Task An_execution_with_a_limit_of_its_own_times_out()
    {
        await using var runner = DurableTestRunner<int, string>.For<Impatient>();

        var result = await runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ExecutionStatus.TimedOut, result.ExecutionStatus);
        Assert.Equal(InvocationStatus.Failed, result.Status);
        Assert.Equal(TimeSpan.FromSeconds(60), result.EndedAt - result.StartedAt);
        Assert.Contains(":impatient:", result.DurableExecutionArn);
    }

    [DurableFunction("impatient", ExecutionTimeoutSeconds = 60)]
    private sealed class Impatient : IDurableFunction<int, string>
    {
        public Task<string> RunAsync(int input, IDurableContext context) => context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "approval");
    }

    [Fact]
    public async Task A_function_that_the_test_makes_is_made_for_every_invocation()
    {
        var made = 0;
        await using var runner = new DurableTestRunner<int, int>(() => new Counting(++made));

        var result = await runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(3, result.Result); // once for its name, once before the wait, once after it
    }

    private sealed class Counting(int number) : IDurableFunction<int, int>
    {
        public async Task<int> RunAsync(int input, IDurableContext context)
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            return number;
        }
    }

    [Fact]
    public async Task Polling_without_end_is_cut_off()
    {
        await using var runner = new DurableTestRunner<int, int>(
            (_, context) => context.WaitForConditionAsync<int>(
                (state, _, _) => Task.FromResult(state + 1),
                new() { InitialState = 0, WaitStrategy = WaitStrategy.FromDelegate<int>((_, _) => WaitDecision.ContinueAfter(TimeSpan.FromSeconds(1))) }),
            new TestRunnerOptions { MaxInvocations = 20 });

        var error = await Assert.ThrowsAsync<TestExecutionLimitException>(() => runner.RunAsync(0, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((20, 2), (error.MaxInvocations, error.TotalOperations));
    }

    [Fact]
    public async Task A_body_that_hangs_ends_the_test_not_the_machine()
    {
        await using var runner = new DurableTestRunner<int, int>((_, context) =>
            context.StepAsync(async (_, token) => { await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token); return 0; }, "stuck"));

        await Assert.ThrowsAsync<TimeoutException>(() => runner.RunAsync(0, TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ids_are_the_same_in_every_run()
    {
        var first = await RunAsync();
        var second = await RunAsync();

        Assert.Equal(first, second);
        Assert.StartsWith("arn:aws:lambda:local:000000000000:function:function:$LATEST/durable-execution/test-1/", first.Arn);

        static async Task<(string Arn, string? Key, string? CallbackId)> RunAsync()
        {
            await using var runner = new DurableTestRunner<int, string>(async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("ask", new CallbackConfig { Timeout = TimeSpan.FromDays(1) });
                return await context.StepAsync((step, _) => Task.FromResult(step.IdempotencyKey + callback.CallbackId));
            });
            var result = await runner.RunAsync(0);
            return (result.DurableExecutionArn, result.Result, result.GetStep("ask").GetCallbackId());
        }
    }

    [Fact]
    public async Task Several_executions_are_under_way_at_once()
    {
        await using var runner = new DurableTestRunner<int, int>(async (input, context) =>
        {
            await context.WaitAsync(TimeSpan.FromHours(input));
            return input;
        });
        var arns = new List<string>();
        for (var i = 1; i <= 5; i++) arns.Add(await runner.StartAsync(i, cancellationToken: TestContext.Current.CancellationToken));

        for (var i = 5; i >= 1; i--)
            Assert.Equal(i, (await runner.WaitForResultAsync(arns[i - 1], cancellationToken: TestContext.Current.CancellationToken)).Result);
    }

    [Fact]
    public async Task Code_that_awaits_something_foreign_fails_unless_the_test_allows_it()
    {
        Assert.Equal("Perdure.NonDeterministicExecutionException", (await RunAsync(strict: true)).Error?.ErrorType);
        Assert.True((await RunAsync(strict: false)).IsSucceeded);

        static async Task<TestResult<int>> RunAsync(bool strict)
        {
            await using var runner = new DurableTestRunner<int, int>(
                async (_, context) =>
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                    return await context.StepAsync((_, _) => Task.FromResult(1));
                },
                new TestRunnerOptions { StrictDeterminism = strict });
            return await runner.RunAsync(0);
        }
    }
}
