using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Engine.Invocation;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Server.Tests;

/// <summary>A whole server on a loopback port, with a clock that the test moves, a function that the test answers for, and a few of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, ManualTimeProvider clock, HeldFunction held)
    {
        _app = app;
        Clock = clock;
        Held = held;
        Address = new Uri(app.Urls.Single());
        Http = new ApiClient(Address);
    }

    public ManualTimeProvider Clock { get; }

    /// <summary>The function <c>held</c>: its invocations run in the test.</summary>
    public HeldFunction Held { get; }

    public Uri Address { get; }

    public ApiClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IPerdureClient Client => _app.Services.GetRequiredService<IPerdureClient>();

    public static async Task<TestServer> StartAsync(
        Action<PerdureServerOptions>? options = null, Action<IPerdureBuilder>? functions = null, Func<TimeProvider, IExecutionStore>? store = null, string url = "http://127.0.0.1:0")
    {
        var clock = new ManualTimeProvider();
        var held = new HeldFunction();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton<TimeProvider>(clock);
        var perdure = builder.Services.AddPerdure(perdure => perdure.DrainTimeout = TimeSpan.Zero)
            .UseStore(_ => store is null ? new InMemoryStore(clock) : store(clock))
            .AddFunction<string?, string?>("echo", static (input, _) => Task.FromResult(input), TimeSpan.FromSeconds(300))
            .AddFunction<string, string>("fail", static (input, _) => throw new InvalidOperationException(input), TimeSpan.FromSeconds(300))
            .AddFunction<string, string>("ask", static async (_, context) => await context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "answer"), TimeSpan.FromSeconds(300))
            .AddFunction<string, string>("patient", static (input, _) => Task.FromResult(input), TimeSpan.FromDays(30))
            .AddFunction<Pinned>();
        functions?.Invoke(perdure);
        builder.Services.AddSingleton(new FunctionDefinition("held", "$LATEST", 300, held));
        builder.Services.AddPerdureServer(options);
        var app = builder.Build();
        app.MapPerdureApi();
        app.MapGroup("/under/a/prefix").MapPerdureApi();
        try
        {
            await app.StartAsync();
            return new TestServer(app, clock, held);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Held.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Starts an execution of <c>held</c> and takes its first invocation.</summary>
    public async Task<HeldCall> HoldAsync(string? name = null, string payload = "\"in\"")
    {
        var started = await Http.InvokeAsync("held", payload, name: name, type: "Event");
        Assert.Equal(202, started.Status);
        return await Held.NextAsync();
    }

    /// <summary>The id of an execution's callback, once it is open.</summary>
    public async Task<string> CallbackIdAsync(string arn)
    {
        // Its first invocation ends, suspended, with the callback open: until then each look is a whole request, and there is nothing else to wait for.
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            longest.Token.ThrowIfCancellationRequested();
            foreach (var e in (await Http.HistoryAsync(arn)).Is(200).List("Events"))
            {
                if (e.TryGetProperty("CallbackStartedDetails", out var started)) return started.GetProperty("CallbackId").GetString()!;
            }
        }
    }

    [DurableFunction("pinned", Version = "3", ExecutionTimeoutSeconds = 300)]
    private sealed class Pinned : IDurableFunction<string, string>
    {
        public Task<string> RunAsync(string input, IDurableContext context) => Task.FromResult($"{input} by 3");
    }
}
