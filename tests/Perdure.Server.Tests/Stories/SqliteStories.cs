namespace Perdure.Server.Tests.Stories;

/// <summary>The API on a store that outlives its server.</summary>
public class SqliteStories
{
    [Fact]
    public async Task What_was_started_before_a_restart_is_read_answered_and_joined_after_it()
    {
        using var directory = new TemporaryDirectory();
        string arn, id;
        List<int> before;
        await using (var server = await StartAsync(directory))
        {
            arn = (await server.Http.InvokeAsync("ask", "\"?\"", name: "question", type: "Event")).Is(202).Arn;
            id = await server.CallbackIdAsync(arn);
            await server.StopAsync();
        }

        await using (var server = await StartAsync(directory))
        {
            before = await EventIdsAsync(server, arn, "?MaxItems=1");
            Assert.Equal(arn, (await server.Http.InvokeAsync("ask", "\"?\"", name: "question", type: "Event")).Is(202).Arn);
            (await server.Http.InvokeAsync("ask", "\"!\"", name: "question", type: "Event")).Is(409, "DurableExecutionAlreadyStartedException");
            (await server.Http.CallbackAsync(id, "succeed", "\"answer\"")).Is(200);
            Assert.Equal("answer", await server.Client.WaitForResultAsync<string>(arn));

            var after = await EventIdsAsync(server, arn, "?MaxItems=1");
            Assert.Equal(Enumerable.Range(1, after.Count), after);
            Assert.Equal(after.AsEnumerable().Reverse(), await EventIdsAsync(server, arn, "?MaxItems=1&ReverseOrder=true"));
            Assert.Equal(before, after.Take(before.Count));
        }
    }

    [Fact]
    public async Task Lists_state_and_repeated_checkpoints_are_the_same_on_disk()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await StartAsync(directory);
        foreach (var name in (string[])["a", "b", "c"])
        {
            (await server.Http.InvokeAsync("echo", "\"x\"", name: name)).Is(200);
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["c", "b", "a"], await NamesAsync(server, "?MaxItems=1"));
        Assert.Equal(["a", "b", "c"], await NamesAsync(server, "?MaxItems=1&ReverseOrder=true"));
        Assert.Equal(["b"], await NamesAsync(server, "?StartedAfter=2026-01-01T00:00:00Z&StartedBefore=2026-01-01T00:00:02Z&Statuses=SUCCEEDED"));

        var call = await server.HoldAsync();
        const string Updates = """[{"Id":"s","Type":"STEP","Action":"START"},{"Id":"s","Type":"STEP","Action":"SUCCEED","Payload":"\u00e4"},{"Id":"t","Type":"STEP","Action":"START"}]""";
        var first = (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates, "once")).Is(200);
        Assert.Equal(first.Text, (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates, "once")).Is(200).Text);
        Assert.Equal(3, (await server.Http.StateAsync(call.Arn, first.Token)).Is(200).List("Operations").Count);
    }

    private static Task<TestServer> StartAsync(TemporaryDirectory directory) =>
        TestServer.StartAsync(functions: builder => builder.UseSqlite(Path.Combine(directory.Path, "perdure.db")));

    private static Task<List<int>> EventIdsAsync(TestServer server, string arn, string query) =>
        PagesAsync(query, query => server.Http.HistoryAsync(arn, query), "Events", e => e.GetProperty("EventId").GetInt32());

    private static Task<List<string>> NamesAsync(TestServer server, string query) =>
        PagesAsync(query, query => server.Http.ListAsync("echo", query), "DurableExecutions", e => e.GetProperty("DurableExecutionName").GetString()!);

    private static async Task<List<T>> PagesAsync<T>(string query, Func<string, Task<ApiReply>> read, string member, Func<System.Text.Json.JsonElement, T> select)
    {
        List<T> items = [];
        for (string? marker = null; ;)
        {
            var page = (await read(marker is null ? query : $"{query}&Marker={Uri.EscapeDataString(marker)}")).Is(200);
            items.AddRange(page.List(member).Select(select));
            if ((marker = page.NextMarker) is null) return items;
        }
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("perdure-server-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
