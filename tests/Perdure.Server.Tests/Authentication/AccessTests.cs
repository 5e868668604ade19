using Perdure.Server.Api;

namespace Perdure.Server.Tests.Authentication;

public class AccessTests
{
    private const string Ops = "ops-key-0123456789abcdef";
    private const string Reader = "reader-key-0123456789abc";
    private const string EchoOnly = "echo-key-0123456789abcde";

    [Fact]
    public async Task With_a_credential_no_operation_answers_without_one()
    {
        await using var server = await StartAsync();

        foreach (var operation in DurableApi.Operations)
        {
            var path = operation.Path.Labels.Aggregate(operation.Path.Template, static (path, label) => path.Replace($"{{{label}}}", "x", StringComparison.Ordinal));
            (await server.Http.SendAsync(operation.Method, path)).Is(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
            (await server.Http.SendAsync(operation.Method, path, (string?)null, As("not-one-of-the-keys-"))).Is(403, "UnrecognizedClientException");
        }
    }

    [Fact]
    public async Task An_API_key_is_sent_as_a_bearer_token()
    {
        await using var server = await StartAsync();

        var reply = await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST", "\"x\"", As(Ops));

        Assert.Equal("\"x\"", reply.Is(200).Text);
    }

    [Fact]
    public async Task Who_may_only_read_does_nothing_else_though_they_see_callback_ids()
    {
        await using var server = await StartAsync();
        var arn = (await server.Client.StartAsync("ask", "?"));
        string? id = null;
        while (id is null)
        {
            var seen = (await server.Http.SendAsync("GET", ApiClient.Execution(arn, "/history"), (string?)null, As(Reader))).Is(200);
            id = seen.List("Events").Where(e => e.TryGetProperty("CallbackStartedDetails", out _)).Select(e => e.GetProperty("CallbackStartedDetails").GetProperty("CallbackId").GetString()).FirstOrDefault();
        }

        foreach (var verb in (string[])["succeed", "fail", "heartbeat"])
            (await server.Http.SendAsync("POST", $"/2025-12-01/durable-execution-callbacks/{Uri.EscapeDataString(id)}/{verb}", "{}", As(Reader))).Is(403, "AccessDeniedException");
        (await server.Http.SendAsync("POST", ApiClient.Execution(arn, "/stop"), "{}", As(Reader))).Is(403, "AccessDeniedException");
        (await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST", "1", As(Reader))).Is(403, "AccessDeniedException");
        (await server.Http.SendAsync("GET", ApiClient.Execution(arn, "/state?CheckpointToken=QUJD"), (string?)null, As(Reader))).Is(403, "AccessDeniedException");
        Assert.Equal(ExecutionStatus.Running, (await server.Client.GetAsync(arn))!.Status);
    }

    [Fact]
    public async Task Every_operation_needs_its_right()
    {
        var none = "none-key-0123456789abcde";
        await using var server = await TestServer.StartAsync(options => options.ApiKeys.Add(new ServerApiKey("nobody", none) { Rights = ApiRights.None }));

        foreach (var operation in DurableApi.Operations)
        {
            var path = operation.Path.Labels.Aggregate(operation.Path.Template, static (path, label) => path.Replace($"{{{label}}}", "x", StringComparison.Ordinal));
            (await server.Http.SendAsync(operation.Method, path, (string?)null, As(none))).Is(403, "AccessDeniedException", $"nobody is not authorized: it needs the right {operation.Right}.");
        }
    }

    [Fact]
    public async Task A_credential_for_one_function_reaches_no_other_by_any_name()
    {
        await using var server = await StartAsync();
        var call = await HoldAsync(server);
        var opened = await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"c","Type":"CALLBACK","Action":"START"}]""", headers: As(Ops));
        var id = Uri.EscapeDataString(opened.Is(200).NewOperations[0].GetProperty("CallbackDetails").GetProperty("CallbackId").GetString()!);
        var before = (await server.Http.SendAsync("GET", ApiClient.Execution(call.Arn, "/history"), (string?)null, As(Ops))).Text;

        (string Method, string Path, string? Body)[] requests =
        [
            ("GET", ApiClient.Execution(call.Arn), null),
            ("GET", ApiClient.Execution(call.Arn, "/history"), null),
            ("GET", ApiClient.Execution(call.Arn, $"/state?CheckpointToken={Uri.EscapeDataString(opened.Token)}"), null),
            ("POST", ApiClient.Execution(call.Arn, "/checkpoint"), $$"""{"CheckpointToken":"{{opened.Token}}"}"""),
            ("POST", ApiClient.Execution(call.Arn, "/stop"), null),
            ("POST", $"/2025-12-01/durable-execution-callbacks/{id}/succeed", "1"),
            ("POST", $"/2025-12-01/durable-execution-callbacks/{id}/fail", null),
            ("POST", $"/2025-12-01/durable-execution-callbacks/{id}/heartbeat", null),
            ("GET", "/2025-12-01/functions/held/durable-executions", null),
            ("GET", "/2025-12-01/functions/nobody/durable-executions", null),
            ("POST", "/2015-03-31/functions/held/invocations?Qualifier=%24LATEST", "1"),
            ("POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Alocal%3A000000000000%3Afunction%3Aheld%3A%24LATEST/invocations", "1"),
        ];
        foreach (var (method, path, body) in requests) (await server.Http.SendAsync(method, path, body, As(EchoOnly))).Is(403, "AccessDeniedException");

        // Its own function's name around the other's id does not help either.
        var disguised = call.Arn.Replace(":held:", ":echo:", StringComparison.Ordinal);
        (await server.Http.SendAsync("GET", ApiClient.Execution(disguised), (string?)null, As(EchoOnly))).Is(404, "ResourceNotFoundException");
        (await server.Http.SendAsync("POST", ApiClient.Execution(disguised, "/stop"), (string?)null, As(EchoOnly))).Is(404, "ResourceNotFoundException");
        (await server.Http.CheckpointAsync(disguised, opened.Token, headers: As(EchoOnly))).Is(400, "InvalidParameterValueException", "Checkpoint token is not valid for the durable execution ARN");
        Assert.Equal(before, (await server.Http.SendAsync("GET", ApiClient.Execution(call.Arn, "/history"), (string?)null, As(Ops))).Text);
        (await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST", "\"x\"", As(EchoOnly))).Is(200);
    }

    [Theory]
    [InlineData("Host", "perdure.example.com")]
    [InlineData("Origin", "https://evil.example.com")]
    [InlineData("Origin", "null")]
    public async Task Without_credentials_a_web_page_cannot_reach_the_server_through_its_visitors_browser(string header, string value)
    {
        await using var server = await TestServer.StartAsync();

        (await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST", "1", [(header, value)])).Is(403, "AccessDeniedException");
    }

    [Fact]
    public void Credentials_that_are_too_short_are_refused_where_they_are_made()
    {
        Assert.Contains("at least 16", Assert.Throws<ArgumentException>(() => new ServerApiKey("ops", "short")).Message);
        Assert.Contains("at least 16", Assert.Throws<ArgumentException>(() => new ServerAccessKey("AKIAPERDURETESTS0001", "short")).Message);
        Assert.Contains("'AKIA 1'", Assert.Throws<ArgumentException>(() => new ServerAccessKey("AKIA 1", "long-enough-for-a-secret")).Message);
    }

    [Theory]
    [InlineData("empty", "Functions of the credential 'one' is empty")]
    [InlineData("version", "Functions of the credential 'one' has 'echo:1'")]
    [InlineData("twice", "'one' and 'two' have the same key")]
    [InlineData("quota", "MaxConcurrentRequests of the credential 'one' is 0")]
    public async Task A_credential_that_would_be_good_for_something_else_than_was_meant_is_refused_at_the_start(string mistake, string says)
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => TestServer.StartAsync(options =>
        {
            options.ApiKeys.Add(new ServerApiKey("one", EchoOnly)
            {
                Functions = mistake switch { "empty" => [], "version" => ["echo:1"], _ => ["echo"] },
                MaxConcurrentRequests = mistake == "quota" ? 0 : null,
            });
            if (mistake == "twice") options.ApiKeys.Add(new ServerApiKey("two", EchoOnly));
        }));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(options =>
    {
        options.ApiKeys.Add(new ServerApiKey("ops", Ops));
        options.ApiKeys.Add(new ServerApiKey("reader", Reader) { Rights = ApiRights.Read });
        options.ApiKeys.Add(new ServerApiKey("echo", EchoOnly) { Functions = ["echo"] });
    });

    private static async Task<HeldCall> HoldAsync(TestServer server)
    {
        await server.Client.StartAsync("held", "in");
        return await server.Held.NextAsync();
    }

    private static (string, string)[] As(string key) => [("Authorization", $"Bearer {key}")];
}
