namespace Perdure.Server.Tests.Api;

public class StateTests
{
    [Fact]
    public async Task State_is_read_page_by_page_in_start_order_without_using_up_the_token()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var updates = string.Join(',', Enumerable.Range(1, 5).Select(i => $$"""{"Id":"s{{i}}","Type":"STEP","Action":"SUCCEED","Payload":"{{i}}"}"""));
        var token = (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{updates}]")).Is(200).Token;

        List<string> ids = [];
        var marker = "";
        do
        {
            var page = (await server.Http.StateAsync(call.Arn, token, $"&MaxItems=1&Marker={Uri.EscapeDataString(marker)}")).Is(200);
            ids.Add(Assert.Single(page.List("Operations")).GetProperty("Id").GetString()!);
            marker = page.NextMarker ?? "";
        }
        while (marker.Length > 0);

        Assert.Equal(["s1", "s2", "s3", "s4", "s5"], ids[1..]);
        Assert.Equal(call.Arn[(call.Arn.LastIndexOf('/') + 1)..], ids[0]);
        Assert.Equal(6, (await server.Http.StateAsync(call.Arn, token)).List("Operations").Count);
        (await server.Http.CheckpointAsync(call.Arn, token)).Is(200);
    }

    [Fact]
    public async Task A_page_of_large_operations_is_shorter()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = call.Token;
        var payload = new string('x', 1_000_000);
        for (var i = 1; i <= 8; i++) token = (await server.Http.CheckpointAsync(call.Arn, token, $$"""[{"Id":"s{{i}}","Type":"STEP","Action":"SUCCEED","Payload":"{{payload}}"}]""")).Is(200).Token;

        var first = (await server.Http.StateAsync(call.Arn, token)).Is(200);
        var second = (await server.Http.StateAsync(call.Arn, token, $"&Marker={Uri.EscapeDataString(first.NextMarker!)}")).Is(200);

        Assert.Equal(5, first.List("Operations").Count); // the input and four results: a fifth makes more than five million bytes
        Assert.Equal(["s5", "s6", "s7", "s8"], second.List("Operations").Select(operation => operation.GetProperty("Id").GetString()));
        Assert.Null(second.NextMarker);
    }

    [Fact]
    public async Task A_marker_is_good_for_as_long_as_its_token()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"a","Type":"STEP","Action":"START"},{"Id":"b","Type":"STEP","Action":"START"}]""")).Token;
        var marker = Uri.EscapeDataString((await server.Http.StateAsync(call.Arn, token, "&MaxItems=1")).NextMarker!);
        var next = (await server.Http.CheckpointAsync(call.Arn, token, """[{"Id":"c","Type":"STEP","Action":"START"}]""")).Token;

        (await server.Http.StateAsync(call.Arn, next, $"&MaxItems=1&Marker={marker}")).Is(400, "InvalidParameterValueException", "Invalid Marker");
        (await server.Http.StateAsync(call.Arn, next, "&MaxItems=1&Marker=QUJD")).Is(400, "InvalidParameterValueException", "Invalid Marker");
    }

    [Fact]
    public async Task What_a_finished_context_contained_is_not_shown_unless_it_is_replayed()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var token = (await server.Http.CheckpointAsync(call.Arn, call.Token, """
            [{"Id":"c1","Type":"CONTEXT","Action":"START"},{"Id":"c1-1","ParentId":"c1","Type":"STEP","Action":"SUCCEED"},{"Id":"c1","Type":"CONTEXT","Action":"SUCCEED"},
             {"Id":"c2","Type":"CONTEXT","Action":"START"},{"Id":"c2-1","ParentId":"c2","Type":"STEP","Action":"SUCCEED"},{"Id":"c2","Type":"CONTEXT","Action":"SUCCEED","ContextOptions":{"ReplayChildren":true}}]
            """)).Is(200).Token;

        var ids = (await server.Http.StateAsync(call.Arn, token)).Is(200).List("Operations").Skip(1).Select(operation => operation.GetProperty("Id").GetString());

        Assert.Equal(["c1", "c2", "c2-1"], ids);
    }

    [Theory]
    [InlineData("&MaxItems=1001", "ValidationException")]
    [InlineData("&MaxItems=-1", "ValidationException")]
    [InlineData("&MaxItems=many", "SerializationException")]
    public async Task A_page_size_out_of_range_is_refused(string query, string error)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await server.Http.StateAsync(call.Arn, call.Token, query)).Is(400, error);
        (await server.Http.StateAsync(call.Arn, call.Token, "&MaxItems=0")).Is(200);
    }
}
