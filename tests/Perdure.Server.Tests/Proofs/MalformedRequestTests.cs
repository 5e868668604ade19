using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Invocation;
using Perdure.Engine.Storage;
using Perdure.Replay;
using Perdure.Server.Api;
using Perdure.Server.Http;
using Perdure.Storage;

namespace Perdure.Server.Tests.Proofs;

/// <summary>Measured alone: what other tests hold in memory at the same time is none of this one's.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Ten thousand requests that are right but for one thing, over every operation: each is refused as AWS words it, and leaves nothing behind.</summary>
[Collection(nameof(Alone))]
public class MalformedRequestTests(ITestOutputHelper output)
{
    private const int Requests = 10_000;
    private const long MostBytesKept = 8 << 20;

    [Theory]
    [InlineData(1)]
    public async Task Malformed_requests_are_refused_change_nothing_and_are_forgotten(int seed)
    {
        await using var server = await StartAsync();
        var known = await KnownNames.OpenAsync(server);
        var requests = new MalformedRequests(seed, known).Take(Requests).ToList();
        foreach (var request in requests[..500]) RequireRefused(await request.SendAsync(server.Http), request);
        var (recordBefore, bytesBefore) = (await RecordAsync(server), GC.GetTotalMemory(forceFullCollection: true));
        var answers = new ConcurrentDictionary<(string Operation, string Error), int>();

        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, _) =>
        {
            var reply = await request.SendAsync(server.Http);
            RequireRefused(reply, request);
            answers.AddOrUpdate((request.Operation, $"{reply.Status} {reply.Headers["x-amzn-errortype"]}"), 1, static (_, count) => count + 1);
        });

        var kept = GC.GetTotalMemory(forceFullCollection: true) - bytesBefore;
        Assert.Equal(recordBefore, await RecordAsync(server));
        Assert.Equal(DurableApi.Operations.Select(operation => operation.Name).Order(), answers.Keys.Select(answer => answer.Operation).Distinct().Order());
        Assert.InRange(kept, long.MinValue, MostBytesKept);
        output.WriteLine($"{Requests:N0} malformed requests of {DurableApi.Operations.Count} operations, seed {seed}: {answers.Values.Sum():N0} refused, 0 served, 0 broken; {kept / 1024.0:N0} KiB more in memory.");
        foreach (var error in answers.GroupBy(answer => answer.Key.Error).OrderBy(group => group.Key)) output.WriteLine($"{error.Sum(answer => answer.Value),6:N0} {error.Key}");
    }

    /// <summary>The requests would be served if nothing were wrong with them: what is refused is what was made wrong.</summary>
    [Fact]
    public async Task Control_the_requests_that_they_are_made_of_are_served()
    {
        foreach (var operation in DurableApi.Operations)
        {
            await using var server = await StartAsync();
            var known = await KnownNames.OpenAsync(server);
            if (operation is DeleteDurableExecution) await server.Client.StopAsync(known.Arn); // only what is over can be deleted
            var request = new MalformedRequests(1, known).Right(operation);

            var reply = await request.SendAsync(server.Http);

            Assert.True(reply.Status < 300, $"{reply.Status} to {request}: {reply.Text}");
        }
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        options => options.MaxRequestBodyBytes = MalformedRequests.MostBytes,
        builder => builder.Services.AddSingleton<IInvokerFactory, Anything>());

    /// <summary>Everything that the service remembers: executions with their versions and entries, and functions.</summary>
    private static async Task<string> RecordAsync(TestServer server)
    {
        var engine = server.Services.GetRequiredService<ApiEngine>();
        List<string> lines = [];
        foreach (var row in await engine.Store.ListAllAsync(new RowFilter { IncludeHidden = true }, CancellationToken.None).ToListAsync())
        {
            var entries = await engine.Store.ReadEntriesAsync(row.Key, 1, long.MaxValue, includePayload: false, CancellationToken.None);
            lines.Add($"{row} {entries.Count}");
        }

        lines.AddRange(engine.Functions.All.Select(function => $"{string.Join(' ', function.InOrder)} {string.Join(' ', function.Aliases.OrderBy(alias => alias.Key))}"));
        return string.Join('\n', lines);
    }

    private static void RequireRefused(ApiReply reply, MalformedRequest request)
    {
        Assert.True(reply.Status is >= 400 and < 500, $"{reply.Status} to {request}: {reply.Text}");
        Assert.True(reply.Headers.TryGetValue("x-amzn-errortype", out var type), $"{reply.Status} without a type to {request}");
        Assert.Equal(type, reply.Json.GetProperty("__type").GetString());
        Assert.Equal(JsonValueKind.String, reply.Json.GetProperty("message").ValueKind);
        Assert.Equal(reply.Json.GetProperty("message").GetString(), reply.Json.GetProperty("Message").GetString());
        Assert.InRange(reply.Bytes.Length, 1, 16 * 1024);
    }

    /// <summary>Reaches every function.</summary>
    private sealed class Anything : IInvokerFactory
    {
        public IFunctionInvoker? TryCreate(string function, JsonElement configuration) => new HeldInvoker();
    }

    private sealed class HeldInvoker : IFunctionInvoker
    {
        public Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services) =>
            Task.FromResult<InvocationOutcome>(new InvocationOutcome.Succeeded("1"));
    }
}
