using Perdure.Testing;

namespace Perdure.Tests.Stories;

public class InvokeStories
{
    [Fact]
    public async Task A_called_function_runs_as_an_execution_of_its_own_and_its_result_comes_back()
    {
        await using var host = await StartAsync(async (_, context) => await context.InvokeAsync<string, string>("echo", "hi", "call"));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"<hi>\"", end.Result);
        var child = await host.Client.ListAsync(new ExecutionFilter { Function = "echo" }).SingleAsync();
        var events = await host.Client.GetHistoryAsync(arn).ToListAsync();
        var started = events.Single(e => e.EventType == "ChainedInvokeStarted").ChainedInvokeStartedDetails!;
        Assert.Equal(("echo", "$LATEST", child.Arn, "\"hi\""), (started.FunctionName, started.ExecutedVersion, started.DurableExecutionArn, started.Input.Payload));
        Assert.Equal(
            ["ExecutionStarted", "ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeSucceeded", "InvocationCompleted", "ExecutionSucceeded"],
            events.Select(e => e.EventType));
    }

    [Fact]
    public async Task A_called_execution_that_times_out_or_is_stopped_says_so_to_its_caller()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder
            .AddFunction<string, string>("slow", async (_, context) => { await context.WaitAsync(TimeSpan.FromDays(9)); return ""; }, TimeSpan.FromHours(1))
            .AddFunction<string, string>("f", async (_, context) =>
            {
                try
                {
                    return await context.InvokeAsync<string, string>("slow", "");
                }
                catch (InvokeTimedOutException error)
                {
                    return $"{error.ErrorType}: {error.Message}";
                }
                catch (InvokeStoppedException error)
                {
                    return $"stopped: {error.Message}";
                }
            }));

        var timedOut = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        var second = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var child = await host.Client.ListAsync(new ExecutionFilter { Function = "slow", Status = ExecutionStatus.Running }).SingleAsync();
        await host.Client.StopAsync(child.Arn, new ErrorObject { ErrorMessage = "not needed" });

        Assert.Equal("\"ChainedInvoke.Timeout: CHAINED_INVOKE timed out after 3600 seconds.\"", timedOut.Result);
        Assert.Equal("\"stopped: not needed\"", (await host.RunToEndAsync(second)).Result);
    }

    [Fact]
    public async Task A_called_execution_goes_on_when_its_caller_ends_first()
    {
        await using var host = await StartAsync((input, context) =>
        {
            _ = context.InvokeAsync<string, string>("echo", "hi");
            return Task.FromResult("first");
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        Assert.Equal("\"first\"", (await host.Client.GetAsync(arn))!.Result);
        var child = await host.Client.ListAsync(new ExecutionFilter { Function = "echo" }).SingleAsync();

        Assert.Equal("\"<hi>\"", (await host.RunToEndAsync(child.Arn)).Result);
        await host.SettleAsync();
        Assert.DoesNotContain(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.EventType == "ChainedInvokeSucceeded");
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("echo:7")]
    [InlineData("a:b:c")]
    public async Task A_target_that_does_not_exist_fails_the_call_not_the_caller(string target)
    {
        await using var host = await StartAsync(async (_, context) =>
        {
            try
            {
                return await context.InvokeAsync<string, string>(target, "");
            }
            catch (InvokeFailedException error)
            {
                return $"{error.ErrorType}: {error.Message}";
            }
        });

        Assert.Equal($"\"ResourceNotFoundException: Function not found: {target}\"", (await host.RunToEndAsync(await host.Client.StartAsync("f", ""))).Result);
    }

    private static Task<DurableTestHost> StartAsync(Func<string, IDurableContext, Task<string>> function) => DurableTestHost.StartAsync(builder => builder
        .AddFunction("f", function)
        .AddFunction<string, string>("echo", async (input, context) =>
        {
            await context.WaitAsync(TimeSpan.FromSeconds(1));
            return $"<{input}>";
        }));
}
