using System.Text.Json;

namespace Perdure.Server.Tests.Api;

public class SteeringTests
{
    [Fact]
    public async Task A_paused_execution_is_not_invoked_until_it_is_resumed()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"w","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":5}}]""")).Token;

        Assert.Equal("{}", (await PostAsync(server, call.Arn, "pause", """{"Reason":"looking","ExecutionTimeoutPaused":true,"ClientToken":"p1"}""")).Is(200).Text);
        Assert.Equal("PAUSING", await StatusAsync(server, call.Arn));
        var cut = (await server.Http.CheckpointAsync(call.Arn, token)).Is(200);
        Assert.False(cut.Json.TryGetProperty("CheckpointToken", out _)); // the invocation is to stop
        call.Suspend(token);

        var paused = (await server.Http.GetAsync(call.Arn)).Json;
        Assert.Equal("PAUSED", paused.GetProperty("Status").GetString());
        Assert.Equal("""{"PauseRequestTimestamp":1767225600,"ExecutionTimeoutPaused":true,"Reason":"looking"}""", paused.GetProperty("PauseDetails").GetRawText());
        Assert.False((await server.Http.GetAsync(call.Arn, "?IncludeExecutionData=false")).Json.GetProperty("PauseDetails").TryGetProperty("Reason", out _));
        Assert.False(server.Held.HasNext);

        (await PostAsync(server, call.Arn, "resume", """{"Reason":"enough"}""")).Is(200);
        var again = await server.Held.NextAsync();
        Assert.Equal(call.Arn, again.Arn);
        var events = (await server.Http.HistoryAsync(call.Arn)).List("Events");
        Assert.Equal("""{"Reason":{"Payload":"looking","Truncated":false}}""", Details(events, "ExecutionPaused"));
        Assert.Equal("""{"Reason":{"Payload":"enough","Truncated":false}}""", Details(events, "ExecutionResumed"));
    }

    [Fact]
    public async Task Pausing_and_resuming_again_change_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await PostAsync(server, call.Arn, "resume")).Is(200);
        (await PostAsync(server, call.Arn, "pause")).Is(200);
        (await PostAsync(server, call.Arn, "pause")).Is(200);
        Assert.Equal("PAUSING", await StatusAsync(server, call.Arn));
        (await PostAsync(server, call.Arn, "resume")).Is(200);

        Assert.Equal("RUNNING", await StatusAsync(server, call.Arn));
        Assert.Single((await server.Http.HistoryAsync(call.Arn)).List("Events"));
    }

    [Fact]
    public async Task What_is_over_is_not_paused_and_what_is_not_over_is_not_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync("n");
        (await server.Http.SendAsync("DELETE", ApiClient.Execution(call.Arn))).Is(409, "ResourceConflictException");
        call.Succeed("1");
        await server.Client.WaitForResultAsync<int>(call.Arn);

        (await PostAsync(server, call.Arn, "pause")).Is(409, "ResourceConflictException");
        (await PostAsync(server, call.Arn, "resume")).Is(409, "ResourceConflictException");
        var deleted = (await server.Http.SendAsync("DELETE", ApiClient.Execution(call.Arn))).Is(202);

        Assert.Equal("""{"DeletionRequestTimestamp":1767225600}""", deleted.Text);
    }

    [Theory]
    [InlineData("""{"Reason":7}""", "SerializationException")]
    [InlineData("""{"ExecutionTimeoutPaused":"yes"}""", "SerializationException")]
    [InlineData("""{"ClientToken":"a b"}""", "ValidationException")]
    [InlineData("[]", "SerializationException")]
    public async Task A_pause_of_another_shape_is_refused(string body, string error)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await PostAsync(server, call.Arn, "pause", body)).Is(400, error);
        (await PostAsync(server, call.Arn, "pause", $$"""{"Reason":"{{new string('x', 1025)}}"}""")).Is(400, "ValidationException");
        Assert.Equal("RUNNING", await StatusAsync(server, call.Arn));
    }

    private static Task<ApiReply> PostAsync(TestServer server, string arn, string verb, string? body = null) => server.Http.SendAsync("POST", ApiClient.Execution(arn, $"/{verb}"), body);

    private static async Task<string?> StatusAsync(TestServer server, string arn) => (await server.Http.GetAsync(arn)).Is(200).Json.GetProperty("Status").GetString();

    private static string Details(IReadOnlyList<JsonElement> events, string type) =>
        Assert.Single(events, e => e.GetProperty("EventType").GetString() == type).GetProperty($"{type}Details").GetRawText();
}
