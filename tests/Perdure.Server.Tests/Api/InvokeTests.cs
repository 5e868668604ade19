namespace Perdure.Server.Tests.Api;

public class InvokeTests
{
    [Fact]
    public async Task A_synchronous_invoke_answers_with_the_result_the_ARN_and_the_version()
    {
        await using var server = await TestServer.StartAsync();

        var reply = (await server.Http.InvokeAsync("echo", "\"hello\"")).Is(200);

        Assert.Equal("\"hello\"", reply.Text);
        Assert.Equal("$LATEST", reply.Headers["X-Amz-Executed-Version"]);
        Assert.Matches(@"^arn:aws:lambda:local:000000000000:function:echo:\$LATEST/durable-execution/[a-z0-9-]+/[a-z0-9-]+$", reply.Arn);
        Assert.False(reply.Headers.ContainsKey("X-Amz-Function-Error"));
    }

    [Fact]
    public async Task A_failed_execution_is_a_function_error_and_not_one_of_the_service()
    {
        await using var server = await TestServer.StartAsync();

        var reply = (await server.Http.InvokeAsync("fail", "\"no luck\"")).Is(200);

        Assert.Equal("Unhandled", reply.Headers["X-Amz-Function-Error"]);
        Assert.Equal("no luck", reply.Json.GetProperty("errorMessage").GetString());
        Assert.Equal("System.InvalidOperationException", reply.Json.GetProperty("errorType").GetString());
    }

    [Fact]
    public async Task An_event_is_accepted_at_once_and_runs()
    {
        await using var server = await TestServer.StartAsync();

        var reply = (await server.Http.InvokeAsync("echo", "\"later\"", type: "Event")).Is(202);

        Assert.Empty(reply.Bytes);
        Assert.Equal("later", await server.Client.WaitForResultAsync<string>(reply.Arn));
    }

    [Fact]
    public async Task A_dry_run_starts_nothing()
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("echo", "\"x\"", type: "DryRun")).Is(204);

        Assert.Empty((await server.Http.ListAsync("echo")).List("DurableExecutions"));
    }

    [Theory]
    [InlineData("RequestResponse")]
    [InlineData("Event")]
    [InlineData("DryRun")]
    public async Task Without_a_qualifier_a_durable_function_is_not_invoked(string type)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("echo", "\"x\"", qualifier: null, type: type))
            .Is(400, "InvalidParameterValueException", "You cannot invoke a durable function using an unqualified ARN.");
    }

    [Theory]
    [InlineData("echo:$LATEST", null)]
    [InlineData("function:echo", "$LATEST")]
    [InlineData("000000000000:function:echo:$LATEST", null)]
    [InlineData("local:000000000000:function:echo", "$LATEST")]
    [InlineData("arn:aws:lambda:local:000000000000:function:echo:$LATEST", "$LATEST")]
    [InlineData("arn:aws:lambda:local:000000000000:function:echo", "$LATEST")]
    public async Task A_function_is_named_by_name_partial_ARN_or_ARN(string function, string? qualifier)
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal("\"x\"", (await server.Http.InvokeAsync(function, "\"x\"", qualifier)).Is(200).Text);
    }

    [Theory]
    [InlineData("nobody", "$LATEST", "arn:aws:lambda:local:000000000000:function:nobody:$LATEST")]
    [InlineData("echo", "7", "arn:aws:lambda:local:000000000000:function:echo:7")]
    [InlineData("echo", "live", "arn:aws:lambda:local:000000000000:function:echo:live")]
    [InlineData("pinned", "2", "arn:aws:lambda:local:000000000000:function:pinned:2")]
    [InlineData("arn:aws:lambda:eu-central-1:000000000000:function:echo", "$LATEST", "arn:aws:lambda:eu-central-1:000000000000:function:echo")]
    [InlineData("111111111111:function:echo", "$LATEST", "111111111111:function:echo")]
    [InlineData("arn:aws-cn:lambda:local:000000000000:function:echo", "$LATEST", "arn:aws-cn:lambda:local:000000000000:function:echo")]
    [InlineData("arn:aws:lambda:echo", "$LATEST", "arn:aws:lambda:echo")]
    public async Task A_function_or_version_that_is_not_there_is_not_found(string function, string qualifier, string named)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync(function, "\"x\"", qualifier)).Is(404, "ResourceNotFoundException", $"Function not found: {named}");
    }

    [Fact]
    public async Task An_execution_is_pinned_to_the_version_that_was_invoked()
    {
        await using var server = await TestServer.StartAsync();

        var reply = (await server.Http.InvokeAsync("pinned", "\"made\"", qualifier: "3")).Is(200);

        Assert.Equal("\"made by 3\"", reply.Text);
        Assert.Equal("3", reply.Headers["X-Amz-Executed-Version"]);
        Assert.Contains(":function:pinned:3/durable-execution/", reply.Arn);
    }

    [Fact]
    public async Task Two_qualifiers_must_be_the_same()
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("pinned:3", "\"x\"", qualifier: "4")).Is(400, "InvalidParameterValueException");
    }

    [Fact]
    public async Task A_function_that_may_take_longer_than_a_quarter_of_an_hour_is_not_waited_for()
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("patient", "\"x\""))
            .Is(400, "InvalidParameterValueException", "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.");
        (await server.Http.InvokeAsync("patient", "\"x\"", type: "Event")).Is(202);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("hello")]
    [InlineData("\"\u0001\"")]
    public async Task A_payload_that_is_not_JSON_is_refused(string payload)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("echo", payload)).Is(400, "InvalidRequestContentException");
        Assert.Empty((await server.Http.ListAsync("echo")).List("DurableExecutions"));
    }

    [Theory]
    [InlineData(null, "{}")]
    [InlineData("null", "null")]
    [InlineData(" \"a\\u00e4\" ", " \"a\\u00e4\" ")]
    public async Task A_payload_is_recorded_as_it_came_and_no_payload_is_an_empty_object(string? payload, string recorded)
    {
        await using var server = await TestServer.StartAsync();

        var arn = (await server.Http.InvokeAsync("held", payload, type: "Event")).Is(202).Arn;

        Assert.Equal(recorded, (await server.Http.GetAsync(arn)).Json.GetProperty("InputPayload").GetString());
    }

    [Theory]
    [InlineData("Event", 1_048_576)]
    [InlineData("RequestResponse", 6_291_456)]
    public async Task A_payload_has_a_limit_that_depends_on_the_invocation(string type, int most)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("echo", $"\"{new string('x', most - 1)}\"", type: type)).Is(413, "RequestTooLargeException");
        (await server.Http.InvokeAsync("echo", $"\"{new string('x', most - 2)}\"", type: type)).Is(type == "Event" ? 202 : 200);
    }

    [Fact]
    public async Task A_repeated_name_joins_the_execution_that_has_it()
    {
        await using var server = await TestServer.StartAsync();

        var first = (await server.Http.InvokeAsync("echo", "\"x\"", name: "once")).Is(200);
        var second = (await server.Http.InvokeAsync("echo", "\"x\"", name: "once")).Is(200);
        var third = (await server.Http.InvokeAsync("echo", "\"x\"", name: "once", type: "Event")).Is(202);

        Assert.Equal(first.Arn, second.Arn);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Arn, third.Arn);
        Assert.Single((await server.Http.ListAsync("echo")).List("DurableExecutions"));
    }

    [Fact]
    public async Task A_name_that_is_taken_by_another_input_is_a_conflict_that_names_the_execution()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.Http.InvokeAsync("echo", "\"x\"", name: "once");

        var second = (await server.Http.InvokeAsync("echo", "\"y\"", name: "once")).Is(409, "DurableExecutionAlreadyStartedException");

        Assert.StartsWith($"Execution already started: {first.Arn}", second.Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_synchronous_invoke_waits_through_every_suspension()
    {
        await using var server = await TestServer.StartAsync();
        var waiting = server.Http.InvokeAsync("held", "\"x\"", name: "slow");
        var first = await server.Held.NextAsync();
        var suspended = await server.Http.CheckpointAsync(first.Arn, first.Token, """[{"Id":"w","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":5}}]""");
        first.Suspend(suspended.Token);
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        var second = await server.Held.NextAsync();
        Assert.False(waiting.IsCompleted);

        second.Succeed("\"done\"");

        Assert.Equal("\"done\"", (await waiting).Is(200).Text);
    }

    [Fact]
    public async Task A_caller_who_gives_up_waiting_leaves_the_execution_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var impatience = new CancellationTokenSource();
        var waiting = server.Http.InvokeAsync("held", "\"x\"", cancellationToken: impatience.Token);
        var call = await server.Held.NextAsync();

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        call.Succeed("\"anyway\"");

        Assert.Equal("anyway", await server.Client.WaitForResultAsync<string>(call.Arn));
    }

    [Fact]
    public async Task Every_field_that_is_not_of_its_form_is_named_at_once()
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.InvokeAsync("echo", "1", name: "not/a/name", type: "Sometimes")).Is(
            400, "ValidationException",
            "2 validation errors detected: Value 'Sometimes' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]; " +
            "Value 'not/a/name' at 'durableExecutionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+");
    }

    [Fact]
    public async Task A_tenant_is_named_for_a_function_that_isolates_them_and_for_no_other()
    {
        await using var server = await TestServer.StartAsync(functions: builder => builder.AddFunction<string, string>(
            "tenants", static (input, context) => Task.FromResult(input), TimeSpan.FromSeconds(300), tenantIsolation: true));

        (await server.Http.InvokeAsync("tenants", "\"x\"", tenant: "acme")).Is(200);
        (await server.Http.InvokeAsync("tenants", "\"x\"")).Is(400, "InvalidParameterValueException");
        (await server.Http.InvokeAsync("echo", "\"x\"", tenant: "acme")).Is(400, "InvalidParameterValueException");
        (await server.Http.InvokeAsync("tenants", "\"x\"", tenant: "a|b")).Is(400, "ValidationException");
    }
}
