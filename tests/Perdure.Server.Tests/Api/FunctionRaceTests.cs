using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Invocation;
using Perdure.Server.Api;
using Perdure.Server.Authentication;
using Perdure.Server.Http;

namespace Perdure.Server.Tests.Api;

/// <summary>Two changes of one function at the same time, called without HTTP around them: what is left between a check and its change is microseconds.</summary>
public class FunctionRaceTests
{
    private const int Rounds = 5_000;

    private static readonly ImmutableDictionary<string, string> NoAliases = ImmutableDictionary<string, string>.Empty;

    [Fact]
    public async Task An_alias_is_created_once_however_many_create_it_at_once()
    {
        await using var server = await TestServer.StartAsync();

        var twice = await CountAsync(
            server,
            _ => new ServedFunction(Versions(server, "$LATEST", "1", "2"), NoAliases),
            () => Run(server, new CreateAlias(), """{"Name":"live","FunctionVersion":"1"}"""),
            () => Run(server, new CreateAlias(), """{"Name":"live","FunctionVersion":"2"}"""),
            static (first, second, _) => first && second);

        Assert.Equal(0, twice);
    }

    [Fact]
    public async Task An_alias_never_points_to_a_version_that_was_deleted_meanwhile()
    {
        await using var server = await TestServer.StartAsync();

        var dangling = await CountAsync(
            server,
            _ => new ServedFunction(Versions(server, "$LATEST", "1"), NoAliases),
            () => Run(server, new CreateAlias(), """{"Name":"live","FunctionVersion":"1"}"""),
            () => Run(server, new DeleteFunction(), "", "?Qualifier=1"),
            static (_, _, after) => after is not null && after.Aliases.Values.Any(version => !after.Versions.ContainsKey(version)));

        Assert.Equal(0, dangling);
    }

    [Fact]
    public async Task An_alias_that_is_moved_while_it_is_removed_does_not_come_back()
    {
        await using var server = await TestServer.StartAsync();

        var revived = await CountAsync(
            server,
            _ => new ServedFunction(Versions(server, "$LATEST", "1"), NoAliases.Add("live", "1")),
            () => Run(server, new UpdateAlias(), """{"FunctionVersion":"$LATEST"}"""),
            () => Run(server, new DeleteAlias(), ""),
            static (_, removed, after) => removed && after!.Aliases.ContainsKey("live"));

        Assert.Equal(0, revived);
    }

    /// <summary>In how many rounds two operations that ran at once led to what must not be.</summary>
    private static async Task<int> CountAsync(
        TestServer server, Func<ServedFunction?, ServedFunction> reset, Func<bool> first, Func<bool> second, Func<bool, bool, ServedFunction?, bool> mustNotBe)
    {
        var functions = Engine(server).Functions;
        var count = 0;
        using var together = new Barrier(2);
        var results = new bool[2];
        var other = Task.Factory.StartNew(() => Repeat(1, second), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Repeat(0, first);
        await other;
        return count;

        void Repeat(int side, Func<bool> operation)
        {
            for (var round = 0; round < Rounds; round++)
            {
                if (side == 0) functions.Change("echo", reset);
                together.SignalAndWait();
                results[side] = operation();
                together.SignalAndWait();
                if (side == 0 && mustNotBe(results[0], results[1], functions.Served("echo"))) count++;
            }
        }
    }

    private static ImmutableDictionary<string, FunctionDefinition> Versions(TestServer server, params string[] versions) =>
        ImmutableDictionary.CreateRange(versions.Select(version => KeyValuePair.Create(version, new FunctionDefinition("echo", version, 60, server.Held))));

    /// <summary>Whether it was done.</summary>
    private static bool Run(TestServer server, ApiOperation operation, string body, string query = "")
    {
        var http = new DefaultHttpContext { RequestServices = server.Services };
        http.Request.QueryString = new QueryString(query);
        using var place = new RequestGate(1, 1, 1).Enter();
        try
        {
            operation.RunAsync(new ApiRequest
            {
                Http = http,
                Engine = Engine(server),
                Caller = ApiCaller.Local,
                Labels = new Dictionary<string, string> { ["FunctionName"] = "echo", ["Name"] = "live" },
                Body = Encoding.UTF8.GetBytes(body),
                Place = place,
                Stopping = CancellationToken.None,
            }).GetAwaiter().GetResult();
            return true;
        }
        catch (ApiException)
        {
            return false; // the other came first
        }
    }

    private static ApiEngine Engine(TestServer server) => server.Services.GetRequiredService<ApiEngine>();
}
