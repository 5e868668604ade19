using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Server.Tests.Authentication;

/// <summary>What is said of a request before its body has come: whoever may not send it cannot make the server read it.</summary>
public class BeforeTheBodyTests
{
    private const string KeyId = "AKIAPERDURETESTS0001";
    private const string Secret = "a-secret-that-nobody-would-guess/+";
    private const string Reader = "reader-key-0123456789abc";
    private const string Caller = "caller-key-0123456789abc";
    private const string Invoke = "/2015-03-31/functions/held/invocations?Qualifier=%24LATEST";

    [Fact]
    public async Task A_signature_that_is_not_the_keys_is_refused_before_the_body()
    {
        await using var server = await StartAsync();
        var forged = new Signer(KeyId, Secret + "!", server.Clock.GetUtcNow()).Sign("POST", server.Http.Address, Invoke, "\"x\"", ("X-Amz-Content-Sha256", Hash("\"x\"")));

        Assert.Contains("InvalidSignatureException", await AnswerWithoutBodyAsync(server, "POST", Invoke, forged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_which_no_hash_is_said_is_refused_before_it_comes()
    {
        await using var server = await StartAsync();
        var unsigned = Sign(server, "\"x\"", ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"));

        Assert.Contains("InvalidSignatureException", await AnswerWithoutBodyAsync(server, "POST", Invoke, unsigned), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_lacks_the_right_is_refused_before_the_body(bool signed)
    {
        await using var server = await StartAsync(ApiRights.Read);
        var headers = signed ? Sign(server, "\"x\"", ("X-Amz-Content-Sha256", Hash("\"x\""))) : [("Authorization", $"Bearer {Reader}")];

        Assert.Contains("it needs the right Invoke", await AnswerWithoutBodyAsync(server, "POST", Invoke, headers), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"x\"", 202)]
    [InlineData("\"y\"", 403)]
    public async Task The_body_must_be_the_one_whose_hash_was_signed(string body, int status)
    {
        await using var server = await StartAsync();
        var signed = Sign(server, "\"x\"", ("X-Amz-Content-Sha256", Hash("\"x\"")), ("X-Amz-Invocation-Type", "Event"));

        (await server.Http.SendAsync("POST", Invoke, body, signed)).Is(status);

        Assert.Equal(status == 202 ? 1 : 0, await server.Client.ListAsync().CountAsync());
    }

    [Fact]
    public async Task An_operation_that_needs_no_large_body_takes_none()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var large = $$"""{"Reason":"{{new string('x', 100_000)}}"}""";

        (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/pause"), large)).Is(413, "RequestTooLargeException");
        (await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/aliases", large)).Is(413, "RequestTooLargeException");
        (await server.Http.CheckpointAsync(call.Arn, call.Token, $$"""[{"Id":"s","Type":"STEP","Action":"SUCCEED","Payload":"{{new string('x', 100_000)}}"}]""")).Is(200);
    }

    [Fact]
    public async Task A_credential_has_no_more_requests_at_once_than_it_may_and_takes_none_from_others()
    {
        await using var server = await StartAsync();
        var waiting = server.Http.SendAsync("POST", Invoke, "1", As(Caller));
        var call = await server.Held.NextAsync();

        var refused = (await server.Http.SendAsync("GET", ApiClient.Execution(call.Arn), (string?)null, As(Caller))).Is(429, "TooManyRequestsException");
        (await server.Http.SendAsync("GET", ApiClient.Execution(call.Arn), (string?)null, As(Reader))).Is(200);
        call.Succeed("2");

        Assert.Equal("2", (await waiting).Is(200).Text);
        Assert.Contains("of caller", refused.Text, StringComparison.Ordinal);
        await UntilAsync(async () => (await server.Http.SendAsync("GET", ApiClient.Execution(call.Arn), (string?)null, As(Caller))).Status == 200); // its place is free when the answer has gone
    }

    private static Task<TestServer> StartAsync(ApiRights signer = ApiRights.All) => TestServer.StartAsync(options =>
    {
        options.AccessKeys.Add(new ServerAccessKey(KeyId, Secret) { Rights = signer });
        options.ApiKeys.Add(new ServerApiKey("reader", Reader) { Rights = ApiRights.Read });
        options.ApiKeys.Add(new ServerApiKey("caller", Caller) { MaxConcurrentRequests = 1 });
    });

    /// <summary>The answer to a request of which only the headers were sent, and a large body announced.</summary>
    private static async Task<string> AnswerWithoutBodyAsync(TestServer server, string method, string target, IEnumerable<(string Name, string Value)> headers)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Address.Host, server.Address.Port, limit.Token);
        var stream = connection.GetStream();
        var lines = headers.Select(header => $"{header.Name}: {header.Value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nContent-Length: 1000000\r\n{string.Concat(lines)}\r\n"), limit.Token);
        var answer = new StringBuilder();
        var chunk = new byte[4096];
        while (!answer.ToString().EndsWith('}'))
        {
            var read = await stream.ReadAsync(chunk, limit.Token);
            if (read == 0) break;
            answer.Append(Encoding.UTF8.GetString(chunk, 0, read));
        }

        return answer.ToString();
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!await holds()) limit.Token.ThrowIfCancellationRequested();
    }

    private static IReadOnlyList<(string Name, string Value)> Sign(TestServer server, string body, params (string, string)[] headers) =>
        new Signer(KeyId, Secret, server.Clock.GetUtcNow()).Sign("POST", server.Http.Address, Invoke, body, headers);

    private static string Hash(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private static (string, string)[] As(string key) => [("Authorization", $"Bearer {key}")];
}
