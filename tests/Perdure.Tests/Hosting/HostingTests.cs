using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Perdure.Tests.Hosting;

public class HostingTests
{
    [Fact]
    public async Task A_host_runs_functions_on_SQLite_and_goes_on_after_a_restart()
    {
        using var directory = new TemporaryDirectory();
        string arn;
        var path = Path.Combine(directory.Path, "perdure.db");
        using (var host = await StartAsync(builder => builder.UseSqlite(path).AddFunction<Approval>()))
        {
            var client = host.Services.GetRequiredService<IPerdureClient>();
            arn = await client.StartAsync("approval", new Request("r1"), new StartOptions { ExecutionName = "r1" });
            await UntilAsync(async () => (await client.GetOperationsAsync(arn)).Any(operation => operation.Name == "sign-callback"));
            await host.StopAsync();
        }

        using (var host = await StartAsync(builder => builder.UseSqlite(path).AddFunction<Approval>()))
        {
            var client = host.Services.GetRequiredService<IPerdureClient>();
            var callback = (await client.GetOperationsAsync(arn)).Single(operation => operation.CallbackDetails is not null);
            await client.SendCallbackSuccessAsync(callback.CallbackDetails!.CallbackId, new Decision(true));

            Assert.Equal("r1: True", await client.WaitForResultAsync<string>(arn));
            Assert.Equal(arn, (await client.ListAsync(new ExecutionFilter { Function = "approval" }).SingleAsync()).Arn);
            var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.Equal(HealthStatus.Healthy, health.Status);
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task A_host_without_a_store_says_which_one_to_choose()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(_ => { }));

        Assert.Contains("UseSqlite()", error.Message);
    }

    [Fact]
    public async Task Bad_options_are_refused_at_the_start_with_name_value_and_range()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            builder => builder.UseStore(_ => new InMemoryStore(TimeProvider.System)),
            options =>
            {
                options.MaxConcurrentInvocations = 0;
                options.LeaseDuration = TimeSpan.FromSeconds(1);
            }));

        Assert.Contains("PerdureOptions.MaxConcurrentInvocations is 0; it must be 1 to 100,000.", error.Message);
        Assert.Contains("PerdureOptions.LeaseDuration is 00:00:01; it must be 3 seconds to 1 hour.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("a/b")]
    public void A_function_name_that_cannot_be_in_an_ARN_is_refused(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddPerdure().AddFunction<string, string>(name, (_, _) => Task.FromResult("")));

        Assert.Contains($"Function name '{name}' is not valid", error.Message);
    }

    [Fact]
    public void Two_functions_of_one_name_are_refused()
    {
        var builder = new ServiceCollection().AddPerdure().AddFunction<string, string>("f", (_, _) => Task.FromResult(""));

        Assert.Throws<ArgumentException>(() => builder.AddFunction<string, string>("f", (_, _) => Task.FromResult("")));
    }

    [Fact]
    public void The_client_before_the_start_says_what_to_wait_for()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddPerdure().UseStore(_ => new InMemoryStore(TimeProvider.System));
        using var provider = services.BuildServiceProvider();

        var error = Record.Exception(() => provider.GetRequiredService<IPerdureClient>().StartAsync("f", "").GetAwaiter().GetResult());

        Assert.Contains("PDR0308", Assert.IsType<InvalidOperationException>(error).Message);
    }

    private static async Task<IHost> StartAsync(Action<IPerdureBuilder> configure, Action<PerdureOptions>? options = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        configure(builder.Services.AddPerdure(options));
        builder.Services.AddHealthChecks().AddPerdure();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Yield();
    }

    public sealed record Request(string Id);

    public sealed record Decision(bool Approved);

    [DurableFunction("approval", ExecutionTimeoutSeconds = 3600)]
    public sealed class Approval(ILogger<Approval> logger) : IDurableFunction<Request, string>
    {
        public async Task<string> RunAsync(Request input, IDurableContext context)
        {
            logger.LogDebug("runs");
            var decision = await context.WaitForCallbackAsync<Decision>((_, _, _) => Task.CompletedTask, "sign");
            return await context.StepAsync((_, _) => Task.FromResult($"{input.Id}: {decision.Approved}"), "outcome");
        }
    }
}

