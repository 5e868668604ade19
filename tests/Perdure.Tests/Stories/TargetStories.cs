using Microsoft.Extensions.DependencyInjection;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What a call may name: durable and plain functions, names, versions and ARNs, tenants.</summary>
public class TargetStories
{
    private static Task<DurableTestHost> StartHostAsync(Func<IDurableContext, Task<string>> caller, Action<IPerdureBuilder>? more = null) => DurableTestHost.StartAsync(builder =>
    {
        builder.AddFunction<string, string>("caller", async (_, context) =>
        {
            try
            {
                return await caller(context);
            }
            catch (InvokeException error)
            {
                return $"{error.GetType().Name} {error.ErrorType}: {error.Message}";
            }
        });
        builder.AddFunction<string, string>("durable", async (input, context) =>
        {
            await context.WaitAsync(TimeSpan.FromMinutes(1));
            return $"durable {input} {context.ExecutionContext.TenantId}";
        });
        builder.AddFunction<Tenants>();
        more?.Invoke(builder);
    });

    [DurableFunction("tenants", TenantIsolation = true)]
    private sealed class Tenants : IDurableFunction<string, string>
    {
        public Task<string> RunAsync(string input, IDurableContext context) => Task.FromResult($"{input} for {context.ExecutionContext.TenantId}");
    }

    private static async Task<string?> CallAsync(Func<IDurableContext, Task<string>> caller, Action<IPerdureBuilder>? more = null)
    {
        await using var host = await StartHostAsync(caller, more);
        return (await host.RunToEndAsync(await host.Client.StartAsync("caller", ""))).Result;
    }

    [Theory]
    [InlineData("durable", "durable x ")]
    [InlineData("durable:$LATEST", "durable x ")]
    [InlineData("arn:aws:lambda:local:000000000000:function:durable:$LATEST", "durable x ")]
    [InlineData("000000000000:function:durable:$LATEST", "durable x ")]
    [InlineData("arn:aws:lambda:local:000000000000:function:durable", "InvokeFailedException InvalidParameterValueException: You cannot invoke a durable function using an unqualified ARN.")]
    [InlineData("durable:7", "InvokeFailedException ResourceNotFoundException: Function not found: durable:7")]
    [InlineData("nobody", "InvokeFailedException ResourceNotFoundException: Function not found: nobody")]
    [InlineData("arn:aws:lambda:eu-west-1:000000000000:function:durable:$LATEST", "InvokeFailedException ResourceNotFoundException: Function not found: arn:aws:lambda:eu-west-1:000000000000:function:durable:$LATEST")]
    [InlineData("arn:aws:lambda:local:111111111111:function:durable:$LATEST", "InvokeFailedException ResourceNotFoundException: Function not found: arn:aws:lambda:local:111111111111:function:durable:$LATEST")]
    [InlineData("arn:aws-cn:lambda:local:000000000000:function:durable:$LATEST", "InvokeFailedException ResourceNotFoundException: Function not found: arn:aws-cn:lambda:local:000000000000:function:durable:$LATEST")]
    [InlineData("111111111111:function:durable:$LATEST", "InvokeFailedException ResourceNotFoundException: Function not found: 111111111111:function:durable:$LATEST")]
    [InlineData("nonsense:function:durable:$LATEST", "InvokeFailedException ResourceNotFoundException: Function not found: nonsense:function:durable:$LATEST")]
    [InlineData("arn:aws:lambda:local:000000000000:function:plain", "plain x")]
    [InlineData("plain", "plain x")]
    public async Task A_call_names_a_function_by_name_version_or_arn(string target, string expected) => Assert.Equal(
        $"\"{expected}\"",
        await CallAsync(context => context.InvokeAsync<string, string>(target, "x"), builder => builder.AddPlainFunction<string, string>("plain", (input, _) => Task.FromResult($"plain {input}"))));

    [Theory]
    [InlineData("my-function")]
    [InlineData("my-function:$LATEST")]
    [InlineData("arn:aws:lambda:local:000000000000:function:my-function:$LATEST")]
    public async Task A_function_s_own_name_may_end_in_the_word_function(string target) => Assert.Equal(
        "\"mine x\"",
        await CallAsync(context => context.InvokeAsync<string, string>(target, "x"), builder => builder.AddFunction<string, string>("my-function", (input, _) => Task.FromResult($"mine {input}"))));

    [Theory]
    [InlineData("arn:aws:lambda:eu-west-1:000000000000:function:durable:$LATEST")]
    [InlineData("111111111111:function:durable:$LATEST")]
    public async Task A_client_does_not_start_what_is_said_to_be_elsewhere(string function)
    {
        await using var host = await StartHostAsync(_ => Task.FromResult(""));

        var error = await Assert.ThrowsAsync<FunctionNotFoundException>(() => host.Client.StartAsync(function, "x"));

        Assert.Contains(function, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_function_is_called_and_leaves_no_execution_of_its_own()
    {
        var calls = 0;
        await using var host = await StartHostAsync(
            context => context.InvokeAsync<string, string>("plain", "x", "call"),
            builder => builder.AddPlainFunction<string, string>("plain", async (input, _) =>
            {
                calls++;
                await Task.Yield();
                return $"plain {input}";
            }));
        var arn = await host.Client.StartAsync("caller", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(("\"plain x\"", 1), (end.Result, calls));
        var started = await host.Client.GetHistoryAsync(arn).FirstAsync(e => e.ChainedInvokeStartedDetails is not null);
        Assert.Null(started.ChainedInvokeStartedDetails!.DurableExecutionArn);
        Assert.Equal([arn], await host.Client.ListAsync().Select(execution => execution.Arn).ToListAsync());
        await host.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Single(await host.Store.ListAsync(new RowFilter { IncludeHidden = true }, CancellationToken.None));
    }

    [Fact]
    public async Task A_plain_function_that_throws_fails_the_call_and_one_that_takes_too_long_times_out()
    {
        var failed = await CallAsync(
            context => context.InvokeAsync<string, string>("plain", "x"),
            builder => builder.AddPlainFunction<string, string>("plain", (_, _) => throw new IOException("no disk")));
        Assert.Equal("\"InvokeFailedException System.IO.IOException: no disk\"", failed);

        var entered = new TaskCompletionSource();
        await using var host = await StartHostAsync(
            context => context.InvokeAsync<string, string>("plain", "x"),
            builder => builder.AddPlainFunction<string, string>(
                "plain",
                async (_, token) =>
                {
                    entered.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return "";
                },
                TimeSpan.FromMinutes(1)));
        var arn = await host.Client.StartAsync("caller", "");
        await entered.Task;
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var end = await host.RunToEndAsync(arn);
        Assert.Contains("InvokeTimedOutException ChainedInvoke.Timeout: CHAINED_INVOKE timed out after 60 seconds.", end.Result);
    }

    [Fact]
    public async Task A_plain_function_is_called_again_after_a_crash_in_the_middle()
    {
        var calls = 0;
        var entered = new SemaphoreSlim(0);
        await using var host = await StartHostAsync(
            context => context.InvokeAsync<string, string>("plain", "x"),
            builder => builder.AddPlainFunction<string, string>("plain", async (_, token) =>
            {
                var call = Interlocked.Increment(ref calls);
                entered.Release();
                if (call == 1) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return $"call {call}";
            }));
        var arn = await host.Client.StartAsync("caller", "");
        await entered.WaitAsync();
        await host.CrashAsync();
        Assert.Equal("\"call 2\"", (await host.RunToEndAsync(arn)).Result);
    }

    [Fact]
    public async Task A_plain_function_has_no_executions_to_start()
    {
        await using var host = await StartHostAsync(_ => Task.FromResult(""), builder => builder.AddPlainFunction<string, string>("plain", (input, _) => Task.FromResult(input)));
        Assert.Contains("plain one", (await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("plain", ""))).Message);
    }

    [Theory]
    [InlineData("tenants", "acme", "x for acme")]
    [InlineData("tenants", null, "InvokeFailedException InvalidParameterValueException: Function 'tenants' isolates tenants (TenantIsolation); a TenantId is required.")]
    [InlineData("durable", "acme", "InvokeFailedException InvalidParameterValueException: Function 'durable' does not isolate tenants; TenantId 'acme' is not allowed. Set TenantIsolation on it, or leave the id out.")]
    [InlineData("tenants", "a*b", "InvokeFailedException InvalidParameterValueException: TenantId 'a*b' is not valid; it must have 1 to 256 characters of [a-zA-Z0-9._:/=+-@ ].")]
    public async Task A_tenant_is_named_exactly_where_tenants_are_isolated(string target, string? tenant, string expected) =>
        Assert.Equal($"\"{expected}\"", await CallAsync(context => context.InvokeAsync<string, string>(target, "x", config: new InvokeConfig { TenantId = tenant })));

    [Fact]
    public async Task An_execution_is_started_for_a_tenant_and_knows_it_after_a_crash()
    {
        await using var host = await StartHostAsync(_ => Task.FromResult(""));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("tenants", "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("durable", "x", new StartOptions { TenantId = "acme" }));
        var arn = await host.Client.StartAsync("tenants", "x", new StartOptions { TenantId = "acme" });
        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);
        Assert.Equal(("\"x for acme\"", "acme"), (end.Result, end.TenantId));
    }

    [Fact]
    public async Task A_start_under_the_same_name_for_another_tenant_does_not_join()
    {
        await using var host = await StartHostAsync(_ => Task.FromResult(""));
        var arn = await host.Client.StartAsync("tenants", "x", new StartOptions { ExecutionName = "one", TenantId = "acme" });
        Assert.Equal(arn, await host.Client.StartAsync("tenants", "x", new StartOptions { ExecutionName = "one", TenantId = "acme" }));
        await Assert.ThrowsAsync<ExecutionAlreadyStartedException>(
            () => host.Client.StartAsync("tenants", "x", new StartOptions { ExecutionName = "one", TenantId = "other" }));
    }

    [Fact]
    public async Task A_result_too_large_for_a_call_fails_the_call_and_not_the_caller() => Assert.Contains(
        "InvokeFailedException ChainedInvoke.ResultTooLarge",
        await CallAsync(context => context.InvokeAsync<string, string>("big", "x"), builder => builder.AddFunction<string, string>("big", (_, _) => Task.FromResult(new string('x', 2_000_000)))));
}
