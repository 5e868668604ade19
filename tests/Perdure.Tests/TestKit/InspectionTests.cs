using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>Looking at an execution while it is under way.</summary>
public class InspectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_is_seen_while_its_body_runs(bool skipTime)
    {
        var release = new TaskCompletionSource();
        await using var runner = new DurableTestRunner<int, int>(
            (_, context) => context.StepAsync(async (_, _) => { await release.Task; return 1; }, "work"),
            new TestRunnerOptions { SkipTime = skipTime });
        var began = runner.TimeProvider.GetUtcNow();
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        var running = await runner.Operation("work").WaitForAsync(OperationStatus.Started, cancellationToken: Cancel);
        Assert.Equal(OperationStatus.Started, running.Status);
        Assert.Equal(began, runner.TimeProvider.GetUtcNow());
        release.SetResult();

        var ended = await runner.Operation("work", arn).WaitForAsync(OperationStatus.Succeeded, cancellationToken: Cancel);
        Assert.Equal(1, ended.GetResult<int>());
    }

    [Fact]
    public async Task A_step_between_two_attempts_is_pending_with_the_error_of_the_last()
    {
        await using var runner = new DurableTestRunner<int, int>(
            (_, context) => context.StepAsync(
                (step, _) => step.AttemptNumber == 1 ? throw new TimeoutException("busy") : Task.FromResult(2), "flaky",
                new StepConfig { RetryStrategy = RetryStrategy.Exponential(jitter: JitterStrategy.None) }),
            new TestRunnerOptions { SkipTime = false });
        await runner.StartAsync(0, cancellationToken: Cancel);

        var pending = await runner.Operation("flaky").WaitForAsync(OperationStatus.Pending, cancellationToken: Cancel);
        Assert.Equal((1, "busy", null), (pending.Attempt, pending.GetError()!.ErrorMessage, pending.EndedAt));

        await runner.AdvanceAsync(TimeSpan.FromSeconds(5), Cancel);
        Assert.Equal(2, (await runner.Operation("flaky").GetAsync(Cancel))!.GetResult<int>());
    }

    [Fact]
    public async Task A_question_is_answered_by_its_name()
    {
        await using var runner = new DurableTestRunner<int, bool>(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(1));
            return await context.WaitForCallbackAsync<bool>((_, _, _) => Task.CompletedTask, "approval");
        });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await runner.Operation("approval").SendCallbackHeartbeatAsync(Cancel);
        await runner.Operation("approval").SendCallbackSuccessAsync(true, Cancel);

        Assert.True((await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task A_question_is_refused_by_its_name()
    {
        await using var runner = new DurableTestRunner<int, bool>((_, context) => context.WaitForCallbackAsync<bool>((_, _, _) => Task.CompletedTask, "approval"));
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await runner.Operation("approval").SendCallbackFailureAsync(new ErrorObject { ErrorType = "No", ErrorMessage = "not this year" }, Cancel);

        Assert.Equal("not this year", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Error!.ErrorMessage);
    }

    [Fact]
    public async Task Waiting_for_a_status_that_cannot_come_any_more_says_so()
    {
        await using var runner = new DurableTestRunner<int, int>((_, context) => context.StepAsync((_, _) => Task.FromResult(1), "work"));
        await runner.RunAsync(0, cancellationToken: Cancel);

        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => runner.Operation("work").WaitForAsync(OperationStatus.Failed, cancellationToken: Cancel));
        Assert.Contains("'work'", ended.Message);
        var never = await Assert.ThrowsAsync<InvalidOperationException>(() => runner.Operation("other").WaitForAsync(OperationStatus.Started, cancellationToken: Cancel));
        Assert.Contains("ended Succeeded", never.Message);
    }

    [Fact]
    public async Task Without_any_execution_there_is_nothing_to_look_at()
    {
        await using var runner = new DurableTestRunner<int, int>((_, _) => Task.FromResult(1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => runner.Operation("work").GetAsync(Cancel));
    }
}
