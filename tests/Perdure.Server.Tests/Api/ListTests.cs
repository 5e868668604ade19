namespace Perdure.Server.Tests.Api;

public class ListTests
{
    [Fact]
    public async Task Executions_are_listed_newest_first_page_by_page()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", "b", "c", "d");

        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, "?MaxItems=1"));
        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, "?MaxItems=3"));
        Assert.Equal(["a", "b", "c", "d"], await NamesAsync(server, "?ReverseOrder=true&MaxItems=1"));
        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, ""));
    }

    [Fact]
    public async Task A_long_list_has_every_execution_once()
    {
        await using var server = await TestServer.StartAsync();
        var names = Enumerable.Range(1, 121).Select(i => $"e{i}").ToArray();
        await StartAsync(server, names);
        await server.HoldAsync();

        Assert.Equal(names, await NamesAsync(server, "?ReverseOrder=true&MaxItems=60"));
        Assert.Equal(names.Reverse(), await NamesAsync(server, "?MaxItems=49"));
        Assert.Equal(names.Reverse(), await NamesAsync(server, "?MaxItems=1000&Qualifier=%24LATEST"));
    }

    [Fact]
    public async Task A_page_goes_on_where_the_last_one_ended_whatever_has_been_started_since()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", "b");
        var first = (await server.Http.ListAsync("echo", "?MaxItems=1")).Is(200);
        await StartAsync(server, "c");

        var second = (await server.Http.ListAsync("echo", $"?MaxItems=1&Marker={Uri.EscapeDataString(first.NextMarker!)}")).Is(200);

        Assert.Equal("a", Assert.Single(second.List("DurableExecutions")).GetProperty("DurableExecutionName").GetString());
        Assert.Null(second.NextMarker);
    }

    [Fact]
    public async Task Starts_are_bounded_exclusively_on_both_sides()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", "b", "c", "d"); // one second apart, from 00:00:00

        Assert.Equal(["d", "c"], await NamesAsync(server, "?StartedAfter=2026-01-01T00:00:01Z"));
        Assert.Equal(["b", "a"], await NamesAsync(server, "?StartedBefore=1767225602"));
        Assert.Equal(["c", "b", "a"], await NamesAsync(server, "?StartedBefore=2026-01-01T00:00:02.5Z"));
        Assert.Equal(["b", "c"], await NamesAsync(server, "?StartedAfter=2026-01-01T00:00:00.000Z&StartedBefore=2026-01-01T01:00:03%2B01:00&ReverseOrder=true&MaxItems=1"));
        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, "?StartedAfter=2025-12-31"));
        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, "?StartedBefore=9999-12-31"));
        Assert.Equal(["d", "c", "b", "a"], await NamesAsync(server, "?StartedBefore=9999-12-31T23:59:59.9999999Z"));
    }

    [Fact]
    public async Task Executions_are_found_by_name_status_and_version()
    {
        await using var server = await TestServer.StartAsync();
        await StartAsync(server, "a", "b");
        await server.HoldAsync("running");

        Assert.Equal(["a"], await NamesAsync(server, "?DurableExecutionName=a"));
        Assert.Equal([], await NamesAsync(server, "?DurableExecutionName=nobody"));
        Assert.Equal([], await NamesAsync(server, "?DurableExecutionName=a&Statuses=RUNNING"));
        Assert.Equal(["b", "a"], await NamesAsync(server, "?Statuses=SUCCEEDED"));
        Assert.Equal([], await NamesAsync(server, "?Statuses=TIMED_OUT"));
        Assert.Equal(["b", "a"], await NamesAsync(server, "?Qualifier=%24LATEST"));
        Assert.Equal([], await NamesAsync(server, "?Qualifier=1"));
        Assert.Equal("RUNNING", Assert.Single((await server.Http.ListAsync("held", "?Statuses=RUNNING")).List("DurableExecutions")).GetProperty("Status").GetString());
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_the_order_of_AWS()
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.ListAsync("nobody", "?StartedAfter=yesterday&MaxItems=5000")).Is(400, "SerializationException", "'yesterday' can not be converted to Date");
        (await server.Http.ListAsync("nobody", "?MaxItems=5000&DurableExecutionName=a.b&Statuses=DONE&Statuses=RUNNING")).Is(
            400, "ValidationException",
            "3 validation errors detected: Value '5000' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000; " +
            "Value 'a.b' at 'durableExecutionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+; " +
            "Value 'DONE' at 'statuses' failed to satisfy constraint: Member must satisfy enum value set: [RUNNING, SUCCEEDED, FAILED, TIMED_OUT, STOPPED, PAUSING, PAUSED, DELETING]");
        (await server.Http.ListAsync("nobody", "?Statuses=FAILED&Statuses=RUNNING")).Is(400, "InvalidParameterValueException", "Cannot filter by more than one status");
        (await server.Http.ListAsync("nobody")).Is(404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:nobody");
        (await server.Http.ListAsync("echo", "?Marker=QUJD")).Is(400, "InvalidParameterValueException", "Invalid Marker");
    }

    private static async Task StartAsync(TestServer server, params string[] names)
    {
        foreach (var name in names)
        {
            (await server.Http.InvokeAsync("echo", "\"x\"", name: name)).Is(200);
            server.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<List<string>> NamesAsync(TestServer server, string query)
    {
        List<string> names = [];
        string? marker = null;
        do
        {
            var page = (await server.Http.ListAsync("echo", marker is null ? query : $"{(query.Length == 0 ? "?" : query + "&")}Marker={Uri.EscapeDataString(marker)}")).Is(200);
            names.AddRange(page.List("DurableExecutions").Select(execution => execution.GetProperty("DurableExecutionName").GetString()!));
            marker = page.NextMarker;
        }
        while (marker is not null);
        return names;
    }
}
