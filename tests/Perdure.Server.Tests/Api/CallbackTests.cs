namespace Perdure.Server.Tests.Api;

public class CallbackTests
{
    private const string Closed = "The callback is either timed out or already completed";

    [Theory]
    [InlineData("{\"status\": \"approved\"}")]
    [InlineData("not JSON, ä, and \"quotes\"")]
    public async Task An_answer_is_recorded_verbatim(string body)
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);

        Assert.Equal("{}", (await server.Http.CallbackAsync(id, "succeed", body)).Is(200).Text);

        var operation = (await server.Http.CheckpointAsync(call.Arn, call.Token)).NewOperations.Single(operation => operation.GetProperty("Type").GetString() == "CALLBACK");
        Assert.Equal("SUCCEEDED", operation.GetProperty("Status").GetString());
        Assert.Equal(body, operation.GetProperty("CallbackDetails").GetProperty("Result").GetString());
    }

    [Fact]
    public async Task An_empty_answer_is_no_result()
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);

        (await server.Http.CallbackAsync(id, "succeed")).Is(200);

        var e = (await server.Http.HistoryAsync(call.Arn)).List("Events")[^1];
        Assert.Equal("""{"Result":{"Truncated":false}}""", e.GetProperty("CallbackSucceededDetails").GetRawText());
    }

    [Theory]
    [InlineData(null, "{}")]
    [InlineData("{}", "{}")]
    [InlineData("""{"ErrorMessage":"no","ErrorData":"x"}""", """{"ErrorMessage":"no","ErrorData":"x"}""")]
    public async Task A_failure_is_recorded_with_the_members_that_were_given(string? body, string recorded)
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);

        (await server.Http.CallbackAsync(id, "fail", body)).Is(200);

        var e = (await server.Http.HistoryAsync(call.Arn)).List("Events")[^1];
        Assert.Equal(recorded, e.GetProperty("CallbackFailedDetails").GetProperty("Error").GetProperty("Payload").GetRawText());
    }

    [Fact]
    public async Task A_heartbeat_puts_off_the_timeout_and_leaves_no_trace()
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server, """{"HeartbeatTimeoutSeconds":10}""");

        server.Clock.Advance(TimeSpan.FromSeconds(8));
        (await server.Http.CallbackAsync(id, "heartbeat")).Is(200);
        server.Clock.Advance(TimeSpan.FromSeconds(8));
        (await server.Http.CallbackAsync(id, "heartbeat")).Is(200);

        Assert.Equal(2, (await server.Http.HistoryAsync(call.Arn)).List("Events").Count);
        server.Clock.Advance(TimeSpan.FromSeconds(10));
        (await server.Http.CallbackAsync(id, "succeed", "1")).Is(400, "CallbackTimeoutException", Closed);
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);
        (await server.Http.CallbackAsync(id, "succeed", "1")).Is(200);
        var before = (await server.Http.HistoryAsync(call.Arn)).Text;

        foreach (var verb in (string[])["succeed", "fail", "heartbeat"]) (await server.Http.CallbackAsync(id, verb, "{}")).Is(400, "CallbackTimeoutException", Closed);

        Assert.Equal(before, (await server.Http.HistoryAsync(call.Arn)).Text);
    }

    [Fact]
    public async Task The_callbacks_of_an_execution_that_is_over_are_closed()
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);
        (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/stop"))).Is(200);

        (await server.Http.CallbackAsync(id, "succeed", "1")).Is(400, "CallbackTimeoutException", Closed);
    }

    [Fact]
    public async Task An_id_with_one_character_changed_or_cut_off_is_refused_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var (call, id) = await OpenAsync(server);
        var before = (await server.Http.HistoryAsync(call.Arn)).Text;

        for (var i = 0; i < id.Length; i++)
        {
            var changed = id[..i] + (id[i] == 'A' ? 'B' : 'A') + id[(i + 1)..];
            (await server.Http.CallbackAsync(changed, "succeed", "1")).Is(400);
            if (i > 0) (await server.Http.CallbackAsync(id[..i], "fail")).Is(400);
        }

        (await server.Http.CallbackAsync(call.Token, "succeed", "1")).Is(400, "InvalidParameterValueException", "Invalid callback id");
        (await server.Http.CallbackAsync("not-base64!", "succeed", "1")).Is(400, "ValidationException");
        Assert.Equal(before, (await server.Http.HistoryAsync(call.Arn)).Text);
        (await server.Http.CallbackAsync(id, "succeed", "1")).Is(200);
    }

    [Fact]
    public async Task An_id_may_be_sent_without_encoding()
    {
        await using var server = await TestServer.StartAsync();
        var (_, id) = await OpenAsync(server);

        (await server.Http.SendAsync("POST", $"/2025-12-01/durable-execution-callbacks/{id}/succeed", "1")).Is(200);
    }

    [Fact]
    public async Task An_answer_has_a_limit()
    {
        await using var server = await TestServer.StartAsync();
        var (_, id) = await OpenAsync(server);

        (await server.Http.CallbackAsync(id, "succeed", new string('x', 1_048_577))).Is(400, "InvalidParameterValueException");
        (await server.Http.CallbackAsync(id, "fail", $$"""{"ErrorData":"{{new string('x', 1_048_577)}}"}""")).Is(400, "InvalidParameterValueException");
        (await server.Http.SendAsync("POST", $"/2025-12-01/durable-execution-callbacks/{Uri.EscapeDataString(id)}/succeed", new byte[] { 0xFF, 0xFE })).Is(400);
        (await server.Http.CallbackAsync(id, "succeed", new string('x', 1_048_576))).Is(200);
    }

    [Fact]
    public async Task An_answer_wakes_the_function_that_suspended_for_it()
    {
        await using var server = await TestServer.StartAsync();
        var arn = (await server.Http.InvokeAsync("ask", "\"?\"", type: "Event")).Arn;
        var id = await server.CallbackIdAsync(arn);

        (await server.Http.CallbackAsync(id, "succeed", "\"forty-two\"")).Is(200);

        Assert.Equal("forty-two", await server.Client.WaitForResultAsync<string>(arn));
    }

    private static async Task<(HeldCall Call, string Id)> OpenAsync(TestServer server, string options = "{}")
    {
        var call = await server.HoldAsync();
        var opened = (await server.Http.CheckpointAsync(call.Arn, call.Token, $$"""[{"Id":"c","Type":"CALLBACK","Action":"START","CallbackOptions":{{options}}}]""")).Is(200);
        return (call with { Token = opened.Token }, opened.NewOperations[0].GetProperty("CallbackDetails").GetProperty("CallbackId").GetString()!);
    }
}
