using System.Text.Json;

namespace Perdure.Server.Tests.Api;

public class ExecutionTests
{
    [Fact]
    public async Task An_execution_is_described_with_its_input_and_outcome()
    {
        await using var server = await TestServer.StartAsync();
        var arn = (await server.Http.InvokeAsync("echo", "\"x\"", name: "named")).Arn;

        var execution = (await server.Http.GetAsync(arn)).Is(200).Json;

        Assert.Equal(arn, execution.GetProperty("DurableExecutionArn").GetString());
        Assert.Equal("named", execution.GetProperty("DurableExecutionName").GetString());
        Assert.Equal("arn:aws:lambda:local:000000000000:function:echo:$LATEST", execution.GetProperty("FunctionArn").GetString());
        Assert.Equal("SUCCEEDED", execution.GetProperty("Status").GetString());
        Assert.Equal("$LATEST", execution.GetProperty("Version").GetString());
        Assert.Equal("\"x\"", execution.GetProperty("InputPayload").GetString());
        Assert.Equal("\"x\"", execution.GetProperty("Result").GetString());
        Assert.Equal(1767225600m, execution.GetProperty("StartTimestamp").GetDecimal());
        Assert.Equal(1767225600m, execution.GetProperty("EndTimestamp").GetDecimal());
        Assert.Equal(300, execution.GetProperty("DurableConfig").GetProperty("ExecutionTimeout").GetInt32());
        Assert.Equal(14, execution.GetProperty("DurableConfig").GetProperty("RetentionPeriodInDays").GetInt32());
        Assert.True(execution.GetProperty("ExecutionDataIncluded").GetBoolean());
        Assert.False(execution.TryGetProperty("Error", out _));
    }

    [Fact]
    public async Task Data_is_left_out_on_request()
    {
        await using var server = await TestServer.StartAsync();
        var arn = (await server.Http.InvokeAsync("fail", "\"secret\"")).Arn;

        var execution = (await server.Http.GetAsync(arn, "?IncludeExecutionData=false")).Is(200);
        var history = (await server.Http.HistoryAsync(arn, "?IncludeExecutionData=false")).Is(200);

        Assert.False(execution.Json.GetProperty("ExecutionDataIncluded").GetBoolean());
        Assert.DoesNotContain("secret", execution.Text);
        Assert.DoesNotContain("secret", history.Text);
        Assert.True(history.List("Events")[0].GetProperty("ExecutionStartedDetails").GetProperty("Input").GetProperty("Truncated").GetBoolean());
        Assert.Equal("secret", (await server.Http.GetAsync(arn)).Json.GetProperty("Error").GetProperty("ErrorMessage").GetString());
    }

    [Fact]
    public async Task An_ARN_means_the_same_encoded_and_as_it_is()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync("stop"); // as a name it is no operation

        foreach (var spelled in (string[])[Uri.EscapeDataString(call.Arn), call.Arn, call.Arn.Replace("$", "%24", StringComparison.Ordinal), call.Arn.Replace("/", "%2f", StringComparison.Ordinal)])
        {
            Assert.Equal(call.Arn, (await server.Http.SendAsync("GET", $"/2025-12-01/durable-executions/{spelled}")).Is(200).Json.GetProperty("DurableExecutionArn").GetString());
            Assert.Single((await server.Http.SendAsync("GET", $"/2025-12-01/durable-executions/{spelled}/history")).Is(200).List("Events"));
            (await server.Http.SendAsync("GET", $"/2025-12-01/durable-executions/{spelled}/state?CheckpointToken={Uri.EscapeDataString(call.Token)}")).Is(200);
        }

        (await server.Http.SendAsync("POST", $"/2025-12-01/durable-executions/{call.Arn}/stop")).Is(200);
    }

    [Theory]
    [InlineData("held", "echo")] // a function of another name
    [InlineData("/mine/", "/yours/")]
    [InlineData("$LATEST", "7")]
    [InlineData(":local:", ":eu-central-1:")]
    [InlineData("000000000000", "111111111111")]
    public async Task An_id_under_another_name_is_no_execution(string part, string instead)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync("mine");
        var other = call.Arn.Replace(part, instead, StringComparison.Ordinal);

        (await server.Http.GetAsync(other)).Is(404, "ResourceNotFoundException", "Durable Execution does not exist");
        (await server.Http.HistoryAsync(other)).Is(404, "ResourceNotFoundException");
        (await server.Http.SendAsync("POST", ApiClient.Execution(other, "/stop"))).Is(404, "ResourceNotFoundException");
        Assert.Equal("RUNNING", (await server.Http.GetAsync(call.Arn)).Json.GetProperty("Status").GetString());
    }

    [Theory]
    [InlineData("/2025-12-01/durable-executions/nonsense", 400, "ValidationException")]
    [InlineData("/2025-12-01/durable-executions/", 404, "UnknownOperationException")]
    [InlineData("/2025-12-01/durable-executions//", 400, "ValidationException")]
    [InlineData("/2025-12-01/durable-executions/arn%3Aaws%zz", 404, "UnknownOperationException")]
    [InlineData("/2025-12-01/durable-executions/%FF", 404, "UnknownOperationException")]
    [InlineData("/2025-12-01/something", 404, "UnknownOperationException")]
    [InlineData("/2025-12-01/", 404, "UnknownOperationException")]
    public async Task A_path_that_means_nothing_is_refused(string path, int status, string error)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.SendAsync("GET", path)).Is(status, error);
    }

    [Fact]
    public async Task A_history_is_read_page_by_page_in_both_directions()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var steps = string.Join(',', Enumerable.Range(1, 3).Select(i => $$"""{"Id":"s{{i}}","Type":"STEP","Action":"START"},{"Id":"s{{i}}","Type":"STEP","Action":"SUCCEED"}"""));
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{steps}]")).Is(200);
        call.Succeed("1");
        await server.Client.WaitForResultAsync<int>(call.Arn);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], await PagesAsync(server, call.Arn, "?MaxItems=1"));
        Assert.Equal([9, 8, 7, 6, 5, 4, 3, 2, 1], await PagesAsync(server, call.Arn, "?ReverseOrder=true&MaxItems=1"));
        Assert.Equal([9, 8, 7, 6, 5, 4, 3, 2, 1], await PagesAsync(server, call.Arn, "?ReverseOrder=true&MaxItems=2&IncludeExecutionData=false"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], await PagesAsync(server, call.Arn, ""));
    }

    [Fact]
    public async Task A_long_history_has_every_event_once_whatever_the_size_of_its_pages()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = call.Token;
        for (var i = 1; i <= 104; i++) token = (await server.Http.CheckpointAsync(call.Arn, token, $$"""[{"Id":"s{{i}}","Type":"STEP","Action":"START"}]""")).Is(200).Token;
        var all = Enumerable.Range(1, 105);

        Assert.Equal(all, await PagesAsync(server, call.Arn, ""));
        Assert.Equal(all, await PagesAsync(server, call.Arn, "?MaxItems=7"));
        Assert.Equal(all, await PagesAsync(server, call.Arn, "?MaxItems=1000"));
        Assert.Equal(all.Reverse(), await PagesAsync(server, call.Arn, "?ReverseOrder=true&MaxItems=50"));
        Assert.Equal(all.Reverse(), await PagesAsync(server, call.Arn, "?ReverseOrder=true&MaxItems=1000"));
    }

    [Fact]
    public async Task A_page_of_large_events_is_shorter()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = call.Token;
        var payload = new string('x', 1_000_000);
        for (var i = 1; i <= 8; i++) token = (await server.Http.CheckpointAsync(call.Arn, token, $$"""[{"Id":"s{{i}}","Type":"STEP","Action":"SUCCEED","Payload":"{{payload}}"}]""")).Is(200).Token;

        Assert.InRange((await server.Http.HistoryAsync(call.Arn)).List("Events").Count, 2, 8);
        Assert.Equal(Enumerable.Range(1, 9), await PagesAsync(server, call.Arn, ""));
        Assert.Equal(9, (await server.Http.HistoryAsync(call.Arn, "?IncludeExecutionData=false")).List("Events").Count);
    }

    [Fact]
    public async Task A_marker_of_a_history_stays_good_while_it_grows()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"a","Type":"STEP","Action":"START"},{"Id":"b","Type":"STEP","Action":"START"}]""")).Token;
        var newest = (await server.Http.HistoryAsync(call.Arn, "?ReverseOrder=true&MaxItems=1")).Is(200);
        (await server.Http.CheckpointAsync(call.Arn, token, """[{"Id":"c","Type":"STEP","Action":"START"}]""")).Is(200);

        var older = (await server.Http.HistoryAsync(call.Arn, $"?ReverseOrder=true&MaxItems=1&Marker={Uri.EscapeDataString(newest.NextMarker!)}")).Is(200);

        Assert.Equal(3, newest.List("Events")[0].GetProperty("EventId").GetInt32());
        Assert.Equal(2, older.List("Events")[0].GetProperty("EventId").GetInt32());
        (await server.Http.HistoryAsync(call.Arn, $"?Marker={Uri.EscapeDataString(newest.NextMarker!)}")).Is(400, "InvalidParameterValueException", "Invalid Marker");
    }

    [Fact]
    public async Task Events_have_exactly_the_members_of_the_API()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync("n");
        (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"s","Type":"STEP","SubType":"Step","Name":"charge","Action":"START"},{"Id":"s","Type":"STEP","Action":"RETRY","Error":{"ErrorType":"T"},"StepOptions":{"NextAttemptDelaySeconds":2}}]""")).Is(200);

        var events = (await server.Http.HistoryAsync(call.Arn)).List("Events");

        var id = call.Arn[(call.Arn.LastIndexOf('/') + 1)..];
        Assert.Equal($$$"""{"EventType":"ExecutionStarted","EventId":1,"EventTimestamp":1767225600,"Id":"{{{id}}}","Name":"n","ExecutionStartedDetails":{"Input":{"Payload":"\u0022in\u0022","Truncated":false},"ExecutionTimeout":300}}""", Sorted(events[0]));
        Assert.Equal("""{"EventType":"StepStarted","EventId":2,"EventTimestamp":1767225600,"Id":"s","Name":"charge","SubType":"Step","StepStartedDetails":{}}""", Sorted(events[1]));
        Assert.Equal("""{"EventType":"StepFailed","EventId":3,"EventTimestamp":1767225600,"Id":"s","Name":"charge","SubType":"Step","StepFailedDetails":{"Error":{"Payload":{"ErrorType":"T"},"Truncated":false},"RetryDetails":{"CurrentAttempt":1,"NextAttemptDelaySeconds":2}}}""", Sorted(events[2]));
    }

    /// <summary>Members in the order of the API's examples: the order itself says nothing.</summary>
    private static string Sorted(JsonElement e)
    {
        string[] order = ["EventType", "EventId", "EventTimestamp", "Id", "Name", "SubType", "ParentId"];
        var members = e.EnumerateObject().OrderBy(member => Array.IndexOf(order, member.Name) is >= 0 and var at ? at : order.Length);
        return $"{{{string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}";
    }

    [Fact]
    public async Task A_stop_ends_an_execution_once_with_the_error_that_was_given()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        server.Clock.Advance(TimeSpan.FromMilliseconds(1250));

        var first = (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/stop"), """{"ErrorType":"Why","ErrorMessage":"enough","ErrorData":"{}","StackTrace":["a"]}""")).Is(200);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/stop"))).Is(200);

        Assert.Equal("""{"StopTimestamp":1767225601.25}""", first.Text);
        Assert.Equal(first.Text, second.Text);
        var execution = (await server.Http.GetAsync(call.Arn)).Json;
        Assert.Equal("STOPPED", execution.GetProperty("Status").GetString());
        Assert.Equal("""{"ErrorType":"Why","ErrorMessage":"enough","ErrorData":"{}","StackTrace":["a"]}""", execution.GetProperty("Error").GetRawText());
    }

    private static async Task<List<int>> PagesAsync(TestServer server, string arn, string query)
    {
        List<int> ids = [];
        string? marker = null;
        do
        {
            var page = (await server.Http.HistoryAsync(arn, marker is null ? query : $"{(query.Length == 0 ? "?" : query + "&")}Marker={Uri.EscapeDataString(marker)}")).Is(200);
            ids.AddRange(page.List("Events").Select(e => e.GetProperty("EventId").GetInt32()));
            marker = page.NextMarker;
        }
        while (marker is not null);
        return ids;
    }
}
