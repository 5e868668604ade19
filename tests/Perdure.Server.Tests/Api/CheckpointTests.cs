using System.Text.Json;

namespace Perdure.Server.Tests.Api;

public class CheckpointTests
{
    private const string Step = """{"Id":"s1","Type":"STEP","SubType":"Step","Name":"charge","Action":"START"},{"Id":"s1","Type":"STEP","Action":"SUCCEED","Payload":"42"}""";

    [Fact]
    public async Task A_function_in_another_process_records_steps_and_ends()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        var reply = (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]")).Is(200);

        var step = Assert.Single(reply.NewOperations);
        Assert.Equal("SUCCEEDED", step.GetProperty("Status").GetString());
        Assert.Equal("42", step.GetProperty("StepDetails").GetProperty("Result").GetString());
        Assert.Equal(1, step.GetProperty("StepDetails").GetProperty("Attempt").GetInt32());
        Assert.Equal(JsonValueKind.Number, step.GetProperty("StartTimestamp").ValueKind);
        Assert.NotEqual(call.Token, reply.Token);
        call.Succeed("\"out\"");
        Assert.Equal("out", await server.Client.WaitForResultAsync<string>(call.Arn));
    }

    [Fact]
    public async Task An_empty_checkpoint_tells_what_happened_meanwhile_once()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var opened = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"c","Type":"CALLBACK","Action":"START","CallbackOptions":{}}]""")).Is(200);
        var callbackId = opened.NewOperations[0].GetProperty("CallbackDetails").GetProperty("CallbackId").GetString()!;
        (await server.Http.CallbackAsync(callbackId, "succeed", "\"yes\"")).Is(200);

        var poll = (await server.Http.CheckpointAsync(call.Arn, opened.Token)).Is(200);
        var again = (await server.Http.CheckpointAsync(call.Arn, poll.Token)).Is(200);

        Assert.Equal("\"yes\"", Assert.Single(poll.NewOperations).GetProperty("CallbackDetails").GetProperty("Result").GetString());
        Assert.Empty(again.NewOperations);
    }

    [Fact]
    public async Task The_same_client_token_gets_the_same_answer_to_the_byte()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        var first = (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]", "ct-1")).Is(200);
        var repeated = (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]", "ct-1")).Is(200);

        Assert.Equal(first.Text, repeated.Text);
        Assert.Equal(3, (await server.Http.HistoryAsync(call.Arn)).List("Events").Count);
    }

    [Fact]
    public async Task The_same_answer_is_given_again_whatever_has_happened_before_and_since()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var opened = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"a","Type":"CALLBACK","Action":"START"},{"Id":"b","Type":"CALLBACK","Action":"START"}]""")).Is(200);
        var ids = opened.NewOperations.Select(operation => operation.GetProperty("CallbackDetails").GetProperty("CallbackId").GetString()!).ToList();
        (await server.Http.CallbackAsync(ids[0], "succeed", "\"before\"")).Is(200);

        var first = (await server.Http.CheckpointAsync(call.Arn, opened.Token, $"[{Step}]", "ct-1")).Is(200);
        (await server.Http.CallbackAsync(ids[1], "succeed", "\"since\"")).Is(200);
        var repeated = (await server.Http.CheckpointAsync(call.Arn, opened.Token, $"[{Step}]", "ct-1")).Is(200);
        var next = (await server.Http.CheckpointAsync(call.Arn, repeated.Token)).Is(200);

        Assert.Equal(first.Text, repeated.Text);
        Assert.Equal(["a", "s1"], first.NewOperations.Select(operation => operation.GetProperty("Id").GetString()));
        Assert.Equal("b", Assert.Single(next.NewOperations).GetProperty("Id").GetString());
        (await server.Http.CheckpointAsync(call.Arn, opened.Token, $"[{Step}]", "ct-1")).Is(200); // the next one recorded nothing: this is still the last that did
    }

    [Fact]
    public async Task Another_client_token_with_an_old_token_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]", "ct-1")).Is(200);

        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]", "ct-2")).Is(400, "InvalidParameterValueException", "Invalid checkpoint token");
    }

    [Theory]
    [InlineData(null, "Invalid checkpoint token")]
    [InlineData("Boto3/1.43.11 md/Botocore#1.43.11", "Invalid checkpoint token")]
    [InlineData("aws-sdk-js/3.1164.0 aws-durable-execution-sdk-js/2.4.0", "Invalid Checkpoint Token")]
    public async Task A_stale_token_is_refused_in_the_words_that_its_SDK_looks_for(string? userAgent, string message)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]")).Is(200);
        (string, string)[] headers = userAgent is null ? [] : [("User-Agent", userAgent)];

        (await server.Http.CheckpointAsync(call.Arn, call.Token, headers: headers)).Is(400, "InvalidParameterValueException", message);
        (await server.Http.StateAsync(call.Arn, call.Token)).Is(400, "InvalidParameterValueException", "Invalid checkpoint token");
    }

    [Fact]
    public async Task A_token_is_stale_when_its_execution_is_over_stopped_or_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var stopped = await server.HoldAsync("other");
        (await server.Http.SendAsync("POST", ApiClient.Execution(stopped.Arn, "/stop"), "{}")).Is(200);
        call.Succeed(null);
        await server.Client.WaitForResultAsync<string?>(call.Arn);

        foreach (var over in (HeldCall[])[call, stopped])
        {
            (await server.Http.CheckpointAsync(over.Arn, over.Token)).Is(400, "InvalidParameterValueException", "Invalid checkpoint token");
            (await server.Http.StateAsync(over.Arn, over.Token)).Is(400, "InvalidParameterValueException", "Invalid checkpoint token");
        }
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_execution_alone()
    {
        await using var server = await TestServer.StartAsync();
        var mine = await server.HoldAsync("mine");
        var other = await server.HoldAsync("other");
        const string Message = "Checkpoint token is not valid for the durable execution ARN";

        (await server.Http.CheckpointAsync(other.Arn, mine.Token, $"[{Step}]")).Is(400, "InvalidParameterValueException", Message);
        (await server.Http.StateAsync(other.Arn, mine.Token)).Is(400, "InvalidParameterValueException", Message);
        (await server.Http.CheckpointAsync(mine.Arn.Replace("held", "echo", StringComparison.Ordinal), mine.Token, $"[{Step}]")).Is(400, "InvalidParameterValueException", Message);
        (await server.Http.StateAsync(mine.Arn.Replace("/mine/", "/yours/", StringComparison.Ordinal), mine.Token)).Is(400, "InvalidParameterValueException", Message);
    }

    [Fact]
    public async Task A_token_with_one_character_changed_or_cut_off_is_refused_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var before = (await server.Http.HistoryAsync(call.Arn)).Text;

        for (var i = 0; i < call.Token.Length; i++)
        {
            var changed = call.Token[..i] + (call.Token[i] == 'A' ? 'B' : 'A') + call.Token[(i + 1)..];
            (await server.Http.CheckpointAsync(call.Arn, changed, $"[{Step}]")).Is(400);
            if (i > 0) (await server.Http.CheckpointAsync(call.Arn, call.Token[..i], $"[{Step}]")).Is(400);
        }

        Assert.Equal(before, (await server.Http.HistoryAsync(call.Arn)).Text);
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]")).Is(200);
    }

    [Fact]
    public async Task An_EXECUTION_update_ends_the_execution_and_no_token_follows()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var large = new string('x', 2_000_000);

        var closed = (await server.Http.CheckpointAsync(
            call.Arn, call.Token, $$"""[{{Step}},{"Id":"execution-result-1","Type":"EXECUTION","Action":"SUCCEED","Payload":"\"{{large}}\""}]""")).Is(200);
        call.Succeed("");

        Assert.False(closed.Json.TryGetProperty("CheckpointToken", out _));
        Assert.Equal(large, await server.Client.WaitForResultAsync<string>(call.Arn));
        var types = (await server.Http.HistoryAsync(call.Arn)).List("Events").Select(e => e.GetProperty("EventType").GetString());
        Assert.Single(types, "ExecutionSucceeded");
    }

    [Fact]
    public async Task A_batch_happens_whole_or_not_at_all_and_leaves_the_token_good()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await server.Http.CheckpointAsync(call.Arn, call.Token, $$"""[{{Step}},{"Id":"w","Type":"WAIT","Action":"SUCCEED"}]"""))
            .Is(400, "InvalidParameterValueException", "Invalid action for the given operation type.");

        var state = (await server.Http.StateAsync(call.Arn, call.Token)).Is(200);
        Assert.Equal("EXECUTION", Assert.Single(state.List("Operations")).GetProperty("Type").GetString());
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $"[{Step}]")).Is(200);
    }

    [Fact]
    public async Task Fields_of_updates_are_checked_in_the_words_of_AWS()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"s","Type":"STEP","Action":"START"},{"Id":"a b","Type":"STEPS","Action":"START","Name":"ä"},{"Type":"STEP"}]""")).Is(
            400, "ValidationException",
            "5 validation errors detected: Value 'a b' at 'updates.2.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+; " +
            "Value 'ä' at 'updates.2.member.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\x20-\\x7E]+; " +
            "Value 'STEPS' at 'updates.2.member.type' failed to satisfy constraint: Member must satisfy enum value set: [EXECUTION, STEP, WAIT, CALLBACK, CONTEXT, CHAINED_INVOKE]; " +
            "Value null at 'updates.3.member.id' failed to satisfy constraint: Member must not be null; " +
            "Value null at 'updates.3.member.action' failed to satisfy constraint: Member must not be null");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"CheckpointToken\":")]
    [InlineData("{\"CheckpointToken\":7}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":{}}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[7]}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[{\"Id\":\"s\",\"Type\":\"STEP\",\"Action\":\"RETRY\",\"StepOptions\":{\"NextAttemptDelaySeconds\":\"soon\"}}]}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[{\"Id\":\"s\",\"Type\":\"STEP\",\"Action\":\"START\",\"Payload\":\"\\ud800\"}]}")]
    [InlineData("{\"\\ud800\":1,\"CheckpointToken\":7}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[{\"\\udfff\":1,\"Id\":7}]}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[{\"Id\":\"s\",\"Type\":\"WAIT\",\"Action\":\"START\",\"WaitOptions\":{}}]}")]
    [InlineData("{\"CheckpointToken\":\"QUJD\",\"Updates\":[{\"Id\":\"s\",\"Type\":\"CHAINED_INVOKE\",\"Action\":\"START\",\"ChainedInvokeOptions\":{\"FunctionName\":null}}]}")]
    public async Task A_body_of_another_shape_is_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        var reply = await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), body);

        reply.Is(400, body.Length == 0 ? "ValidationException" : "SerializationException");
    }
}
