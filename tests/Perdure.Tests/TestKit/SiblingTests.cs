using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>Functions that the function under test calls.</summary>
public class SiblingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DurableTestRunner<string, int> Calling(string functionName, TestRunnerOptions? options = null) => new(
        async (input, context) =>
        {
            try
            {
                return await context.InvokeAsync<string, int>(functionName, input, "call");
            }
            catch (InvokeFailedException error)
            {
                return error.Message.Length * -1;
            }
        },
        options);

    [Theory]
    [InlineData("length", "length")]
    [InlineData("length", "length:live")]
    [InlineData("length:live", "length:live")]
    [InlineData("length:live", "length:7")]
    [InlineData("arn:aws:lambda:eu-west-1:123456789012:function:length:live", "length")]
    [InlineData("length", "arn:aws:lambda:eu-west-1:123456789012:function:length")]
    public async Task A_plain_function_is_found_by_its_name_whatever_the_qualifier(string registered, string called)
    {
        await using var runner = Calling(called).RegisterFunction<string, int>(registered, (payload, hostContext) => Task.FromResult(hostContext is null ? payload.Length : 0));

        var result = await runner.RunAsync("four", cancellationToken: Cancel);

        Assert.Equal(4, result.Result);
        Assert.Equal(called, result.GetStep("call").GetChainedInvokeFunctionName());
    }

    [Fact]
    public async Task A_plain_function_may_await_whatever_it_likes_and_its_failure_is_the_calls_failure()
    {
        await using var runner = Calling("length").RegisterFunction<string, int>("length", async _ =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            throw new TimeoutException("12345678");
        });

        Assert.Equal(-8, (await runner.RunAsync("four", cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task A_durable_function_waits_in_its_own_time()
    {
        await using var runner = Calling("length").RegisterDurableFunction<string, int>("length", async (payload, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(2));
            return payload.Length;
        });

        var result = await runner.RunAsync("four", cancellationToken: Cancel);

        Assert.Equal(4, result.Result);
        Assert.Equal(TimeSpan.FromDays(2), result.GetStep("call").Duration);
    }

    [Fact]
    public async Task A_call_of_nobody_is_the_tests_mistake()
    {
        await using var runner = Calling("nobody:live");

        var error = await Assert.ThrowsAsync<UnregisteredSiblingFunctionException>(() => runner.RunAsync("four", cancellationToken: Cancel));

        Assert.Equal("nobody:live", error.FunctionName);
    }

    [Fact]
    public async Task A_call_of_nobody_fails_inside_the_function_when_the_test_wants_that()
    {
        await using var runner = Calling("nobody", new TestRunnerOptions { AllowUnregisteredFunctions = true });

        Assert.Equal("Function not found: nobody".Length * -1, (await runner.RunAsync("four", cancellationToken: Cancel)).Result);
    }

    [Fact]
    public async Task A_function_is_registered_once_and_before_the_first_run()
    {
        await using var runner = Calling("length").RegisterFunction<string, int>("length", _ => Task.FromResult(1));

        Assert.Throws<ArgumentException>(() => runner.RegisterFunction<string, int>("length:live", _ => Task.FromResult(2)));
        Assert.Throws<ArgumentException>(() => runner.RegisterFunction<string, int>("not a name", _ => Task.FromResult(2)));
        await runner.RunAsync("", cancellationToken: Cancel);
        Assert.Throws<InvalidOperationException>(() => runner.RegisterFunction<string, int>("late", _ => Task.FromResult(2)));
    }
}
