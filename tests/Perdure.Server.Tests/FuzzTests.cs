using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Perdure.Server.Api;

namespace Perdure.Server.Tests;

/// <summary>Requests that nobody should send. Whatever they are, they are refused in AWS's shape, or served; nothing breaks, and what is wrong changes nothing.</summary>
/// <remarks>Bounded and seeded: the same requests in every run.</remarks>
public class FuzzTests
{
    private const int Requests = 400;

    /// <summary>Not 0: a web server refuses a path with it before any of ours sees it.</summary>
    private const string Alphabet = "abcXYZ019-_.~:$/%2F%41+=&?;,@!*'() \"\\<>{}|^`\u00e4\u4e2d";

    private static readonly string[] Fields = ["Id", "Type", "Action", "SubType", "ParentId"];

    private const string Body = """
        {"CheckpointToken":"TOKEN","ClientToken":"ct","Updates":[
        {"Id":"s1","Type":"STEP","SubType":"Step","Name":"n","Action":"RETRY","Error":{"ErrorType":"T","ErrorMessage":"m","StackTrace":["a"]},"StepOptions":{"NextAttemptDelaySeconds":5}},
        {"Id":"w1","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":5}},
        {"Id":"c1","Type":"CALLBACK","Action":"START","CallbackOptions":{"TimeoutSeconds":5,"HeartbeatTimeoutSeconds":1}},
        {"Id":"i1","Type":"CHAINED_INVOKE","Action":"START","Payload":"1","ChainedInvokeOptions":{"FunctionName":"echo:$LATEST","TenantId":"t"}},
        {"Id":"x1","Type":"CONTEXT","Action":"START"},
        {"Id":"x1","Type":"CONTEXT","Action":"SUCCEED","ContextOptions":{"ReplayChildren":true}}]}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_checkpoint_with_a_broken_body_is_refused_and_changes_nothing(int seed)
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(seed);
        var unbroken = await server.HoldAsync("unbroken");
        (await server.Http.SendAsync("POST", ApiClient.Execution(unbroken.Arn, "/checkpoint"), Body.Replace("TOKEN", unbroken.Token, StringComparison.Ordinal))).Is(200);
        var call = await server.HoldAsync();
        var before = await RecordAsync(server, call);

        for (var i = 0; i < Requests; i++)
        {
            var body = Break(Body.Replace("TOKEN", call.Token, StringComparison.Ordinal), random);
            var reply = await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), body);
            RequireRefused(reply, Encoding.UTF8.GetString(body));
        }

        Assert.Equal(before, await RecordAsync(server, call));
        (await server.Http.CheckpointAsync(call.Arn, call.Token)).Is(200);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_path_or_query_at_random_is_refused_or_served_and_breaks_nothing(int seed)
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(seed);
        var call = await server.HoldAsync();
        var before = await RecordAsync(server, call);
        string[] labels = [call.Arn, Uri.EscapeDataString(call.Arn), "held", "echo:$LATEST", call.Token];

        for (var i = 0; i < Requests; i++)
        {
            var operation = DurableApi.Operations[random.Next(DurableApi.Operations.Count)];
            if (operation.Right is not (ApiRights.Read or ApiRights.Execute or ApiRights.Callback)) continue; // the others may mean what they say
            var path = operation.Path.Labels.Aggregate(operation.Path.Template, (path, label) => path.Replace($"{{{label}}}", labels[random.Next(labels.Length)], StringComparison.Ordinal));
            var query = string.Join('&', operation.Parameters.Where(parameter => parameter.In == "query").Select(parameter => $"{parameter.Name}={Text(random)}"));
            var target = random.Next(2) == 0 ? $"{path}?{query}" : Mutated(path, random);
            RequireAnswered(await server.Http.SendAsync(operation.Method, Ascii(target), operation.Method == "GET" ? null : Text(random)), target);
        }

        Assert.Equal(before, await RecordAsync(server, call));
    }

    [Fact]
    public async Task A_body_at_random_is_refused_or_served_by_every_operation_and_breaks_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(5);
        var call = await server.HoldAsync();
        var operations = DurableApi.Operations.Where(operation => operation.Method is "POST" or "PUT" && operation is not Invoke).ToList(); // an invoke's body is its function's

        for (var i = 0; i < Requests; i++)
        {
            var operation = operations[random.Next(operations.Count)];
            var path = operation.Path.Template.Replace("{DurableExecutionArn}", call.Arn, StringComparison.Ordinal).Replace("{FunctionName}", "echo", StringComparison.Ordinal)
                .Replace("{CallbackId}", call.Token, StringComparison.Ordinal).Replace("{Name}", "live", StringComparison.Ordinal);
            var body = Value(random, 3)?.ToJsonString() ?? "null";
            RequireAnswered(await server.Http.SendAsync(operation.Method, path, body), $"{path} {body}");
        }

        (await server.Http.GetAsync(call.Arn)).Is(200);
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth == 0 ? 5 : 7) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(3) switch { 0 => -1, 1 => 1e300, _ => random.Next(100) }),
        3 => JsonValue.Create(Text(random)),
        4 => JsonValue.Create(Members[random.Next(Members.Length)]),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Members.Where(_ => random.Next(3) == 0).Select(name => KeyValuePair.Create(name, Value(random, depth - 1)))),
    };

    private static readonly string[] Members =
    [
        "CheckpointToken", "ClientToken", "Updates", "Reason", "ExecutionTimeoutPaused", "ErrorType", "ErrorMessage", "ErrorData", "StackTrace", "FunctionName", "Code", "Publish",
        "Timeout", "DurableConfig", "ExecutionTimeout", "RetentionPeriodInDays", "TenancyConfig", "TenantIsolationMode", "PER_TENANT", "Name", "FunctionVersion", "$LATEST",
    ];

    [Fact]
    public async Task A_header_at_random_is_refused_or_served_and_starts_nothing_that_was_not_asked_for()
    {
        await using var server = await TestServer.StartAsync(options => options.AccessKeys.Add(new ServerAccessKey("AKIAPERDURETESTS0001", "a-secret-that-nobody-would-guess")));
        var random = new Random(7);
        string[] starts = ["Bearer ", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=AKIAPERDURETESTS0001/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=", ""];

        for (var i = 0; i < Requests; i++)
        {
            (string, string)[] headers = [("Authorization", starts[random.Next(starts.Length)] + Ascii(Text(random))), ("X-Amz-Date", random.Next(2) == 0 ? "20260101T000000Z" : Ascii(Text(random)))];
            var reply = await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST", "\"x\"", headers);
            RequireRefused(reply, string.Join(' ', headers));
        }

        Assert.Empty(await server.Client.ListAsync().ToListAsync());
    }

    /// <summary>What parsers have stumbled over before.</summary>
    [Theory]
    [InlineData("""{"\ud800":1,"CheckpointToken":"TOKEN","Updates":[{"\udc00":1,"Id":"s","Type":"STEP","Action":"START","Payload":"\udc00"}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"STEP","Action":"FAIL","Error":{"\ud800":"x","ErrorMessage":"\ud800"}}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":1e99}}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":2147483648}}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"CALLBACK","Action":"START","CallbackOptions":{"TimeoutSeconds":2147483647}}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"STEP","Action":"FAIL","Error":{"StackTrace":"x"}}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"STEP","Action":"FAIL","Error":[]}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"CHAINED_INVOKE","Action":"START"}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"EXECUTION","Action":"START"}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","Updates":[{"Id":"s","Type":"EXECUTION","Action":"FAIL"},{"Id":"t","Type":"STEP","Action":"START"}]}""")]
    [InlineData("""{"CheckpointToken":"TOKEN","CheckpointToken":"QUJD"}""")]
    [InlineData("\uFEFF{\"CheckpointToken\":\"TOKEN\"}")]
    [InlineData("{\"CheckpointToken\":\"TOKEN\"}//")]
    [InlineData("{\"CheckpointToken\":\"TOKEN\",}")]
    public async Task A_body_with_a_trap_is_refused_and_changes_nothing(string body)
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var before = await RecordAsync(server, call);

        RequireRefused(await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), body.Replace("TOKEN", call.Token, StringComparison.Ordinal)), body);

        Assert.Equal(before, await RecordAsync(server, call));
    }

    /// <summary>Cuts a body off, or gives one of its members a value that it cannot have.</summary>
    private static byte[] Break(string body, Random random)
    {
        if (random.Next(3) == 0) return Encoding.UTF8.GetBytes(body.TrimEnd()[..random.Next(1, body.TrimEnd().Length - 1)]);
        var json = JsonNode.Parse(body)!.AsObject();
        var updates = json["Updates"]!.AsArray();
        var update = updates[random.Next(updates.Count)]!.AsObject();
        JsonNode?[] wrong = [JsonValue.Create(-1), JsonValue.Create(1e300), new JsonArray(), new JsonObject { ["a"] = 1 }, JsonValue.Create(true), JsonValue.Create("\u0000\u00e4 wrong")];
        switch (random.Next(5))
        {
            case 0:
                json["CheckpointToken"] = wrong[random.Next(wrong.Length)];
                break;
            case 1:
                json["ClientToken"] = wrong[random.Next(wrong.Length)];
                break;
            case 2:
                update[Fields[random.Next(Fields.Length)]] = wrong[random.Next(wrong.Length)];
                break;
            case 3:
                updates.Insert(random.Next(updates.Count), JsonValue.Create(random.Next()));
                break;
            default: // nothing in this batch is there to be cancelled
                update["Action"] = "CANCEL";
                break;
        }

        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 40)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));

    private static string Mutated(string path, Random random)
    {
        var at = random.Next(12, path.Length); // behind the version: in front of it there is no API
        return random.Next(3) switch
        {
            0 => path[..at],
            1 => path[..at] + Text(random) + path[at..],
            _ => path[..at] + Text(random),
        };
    }

    /// <summary>What HTTP lets into a request line or a header.</summary>
    private static string Ascii(string text) => string.Concat(text.Select(static c => c is > ' ' and <= '~' and not '#' ? c.ToString() : Uri.EscapeDataString(c.ToString())));

    private static async Task<string> RecordAsync(TestServer server, HeldCall call) =>
        (await server.Http.HistoryAsync(call.Arn)).Is(200).Text + (await server.Http.StateAsync(call.Arn, call.Token)).Is(200).Text;

    private static void RequireRefused(ApiReply reply, string request)
    {
        Assert.True(reply.Status is >= 400 and < 500, $"{reply.Status} to {request}: {reply.Text}");
        RequireAnswered(reply, request);
    }

    private static void RequireAnswered(ApiReply reply, string request)
    {
        Assert.True(reply.Status < 500, $"{reply.Status} to {request}: {reply.Text}");
        if (reply.Status < 400) return;
        Assert.True(reply.Headers.ContainsKey("x-amzn-errortype"), $"{reply.Status} without a type to {request}");
        Assert.Equal(reply.Headers["x-amzn-errortype"], reply.Json.GetProperty("__type").GetString());
        Assert.Equal(JsonValueKind.String, reply.Json.GetProperty("message").ValueKind);
    }
}
