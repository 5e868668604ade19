using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>The test plays the outside world: answers, failures, heartbeats, silence.</summary>
public class CallbackTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DurableTestRunner<int, string> Asking(CallbackConfig config, TestRunnerOptions? options = null) => new(
        async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>("ask", config);
            try
            {
                return await callback.GetResultAsync();
            }
            catch (CallbackException error)
            {
                return $"{error.GetType().Name}: {error.ErrorType}";
            }
        },
        options);

    [Fact]
    public async Task An_answer_reaches_the_function()
    {
        await using var runner = Asking(new CallbackConfig());
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await runner.SendCallbackSuccessAsync(await runner.WaitForCallbackAsync(arn, "ask", cancellationToken: Cancel), "yes", Cancel);

        Assert.Equal("yes", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task A_failure_reaches_the_function()
    {
        await using var runner = Asking(new CallbackConfig());
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await runner.SendCallbackFailureAsync(await runner.WaitForCallbackAsync(arn, cancellationToken: Cancel), new ErrorObject { ErrorType = "Refused" }, Cancel);

        Assert.Equal("CallbackFailedException: Refused", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task Silence_ends_in_a_timeout()
    {
        await using var runner = Asking(new CallbackConfig { Timeout = TimeSpan.FromDays(14) });

        var result = await runner.RunAsync(0, cancellationToken: Cancel);

        Assert.StartsWith("CallbackTimeoutException", result.Result);
        Assert.Equal(TimeSpan.FromDays(14), result.GetStep("ask").Duration);
    }

    [Fact]
    public async Task Heartbeats_keep_a_callback_alive_and_their_absence_ends_it()
    {
        await using var runner = Asking(new CallbackConfig { HeartbeatTimeout = TimeSpan.FromMinutes(10) }, new TestRunnerOptions { SkipTime = false });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);
        var callbackId = await runner.WaitForCallbackAsync(arn, cancellationToken: Cancel);

        for (var i = 0; i < 5; i++)
        {
            await runner.AdvanceAsync(TimeSpan.FromMinutes(9), Cancel);
            await runner.SendCallbackHeartbeatAsync(callbackId, Cancel);
        }

        Assert.Equal(OperationStatus.Started, (await runner.Operation("ask").GetAsync(Cancel))!.Status);
        await runner.AdvanceAsync(TimeSpan.FromMinutes(10), Cancel);
        var result = await runner.WaitForResultAsync(arn, cancellationToken: Cancel);
        Assert.StartsWith("CallbackTimeoutException", result.Result);
        Assert.Equal(TimeSpan.FromMinutes(55), result.GetStep("ask").Duration);
        await Assert.ThrowsAsync<CallbackClosedException>(() => runner.SendCallbackHeartbeatAsync(callbackId, Cancel));
    }

    [Fact]
    public async Task A_callback_behind_a_wait_is_waited_for()
    {
        await using var runner = new DurableTestRunner<int, string>(async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(3));
            return await context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "approval");
        });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        var callbackId = await runner.WaitForCallbackAsync(arn, "approval", cancellationToken: Cancel);
        await runner.SendCallbackSuccessAsync(callbackId, "yes", Cancel);

        Assert.Equal("yes", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task Waiting_for_a_callback_that_never_opens_says_how_the_execution_ended()
    {
        await using var runner = new DurableTestRunner<int, string>((_, context) => throw new TimeoutException("gone"));
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => runner.WaitForCallbackAsync(arn, "approval", cancellationToken: Cancel));

        Assert.Contains("'approval'", error.Message);
        Assert.Contains("gone", error.Message);
    }

    [Fact]
    public async Task An_answer_may_come_while_another_branch_works()
    {
        var working = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        await using var runner = new DurableTestRunner<int, string>(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>("ask");
            var work = context.StepAsync(async (_, _) => { working.SetResult(); await answered.Task; return "worked"; }, "work");
            return await callback.GetResultAsync() + " and " + await work;
        });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);
        await working.Task;

        await runner.SendCallbackSuccessAsync(await runner.WaitForCallbackAsync(arn, cancellationToken: Cancel), "answered", Cancel);
        answered.SetResult();

        Assert.Equal("answered and worked", (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task With_time_standing_still_nothing_falls_due()
    {
        await using var runner = Asking(new CallbackConfig { Timeout = TimeSpan.FromHours(1) }, new TestRunnerOptions { SkipTime = false });
        var arn = await runner.StartAsync(0, cancellationToken: Cancel);

        await Assert.ThrowsAsync<TimeoutException>(() => runner.WaitForResultAsync(arn, TimeSpan.FromMilliseconds(200), Cancel));

        var waiting = runner.WaitForResultAsync(arn, cancellationToken: Cancel);
        await runner.AdvanceAsync(TimeSpan.FromHours(1), Cancel);
        Assert.StartsWith("CallbackTimeoutException", (await waiting).Result);
    }
}
