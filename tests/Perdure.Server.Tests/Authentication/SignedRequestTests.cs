namespace Perdure.Server.Tests.Authentication;

public class SignedRequestTests
{
    private const string KeyId = "AKIAPERDURETESTS0001";
    private const string Secret = "a-secret-that-nobody-would-guess/+";
    private const string Invoke = "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST";
    private const string Mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";

    [Fact]
    public async Task A_signed_request_is_served()
    {
        await using var server = await StartAsync();

        var invoked = (await SendAsync(server, "POST", Invoke, "\"x\"")).Is(200);

        Assert.Equal("\"x\"", invoked.Text);
        (await SendAsync(server, "GET", ApiClient.Execution(invoked.Arn, "/history?IncludeExecutionData=false&MaxItems=1"))).Is(200);
        (await SendAsync(server, "GET", $"/2025-12-01/durable-executions/{invoked.Arn}")).Is(200);
    }

    [Fact]
    public async Task A_changed_body_is_refused_and_nothing_starts()
    {
        await using var server = await StartAsync();
        var signed = Sign(server, "POST", Invoke, "\"x\"");

        (await server.Http.SendAsync("POST", Invoke, "\"y\"", signed)).Is(403, "InvalidSignatureException", Mismatch);
        Assert.Empty((await SendAsync(server, "GET", "/2025-12-01/functions/echo/durable-executions")).List("DurableExecutions"));
    }

    [Theory]
    [InlineData("POST", "/2015-03-31/functions/echo/invocations?Qualifier=1")]
    [InlineData("POST", "/2015-03-31/functions/echo/invocations?Qualifier=%24LATEST&More=1")]
    [InlineData("POST", "/2015-03-31/functions/echo/invocations")]
    [InlineData("POST", "/2015-03-31/functions/fail/invocations?Qualifier=%24LATEST")]
    [InlineData("POST", "/2015-03-31/functions/ech%6f/invocations?Qualifier=%24LATEST")]
    public async Task A_changed_path_or_query_is_refused(string method, string target)
    {
        await using var server = await StartAsync();

        (await server.Http.SendAsync(method, target, "\"x\"", Sign(server, "POST", Invoke, "\"x\""))).Is(403, "InvalidSignatureException", Mismatch);
    }

    [Fact]
    public async Task A_changed_header_is_refused()
    {
        await using var server = await StartAsync();
        var signed = Sign(server, "POST", Invoke, "\"x\"", ("X-Amz-Invocation-Type", "Event"));

        (await server.Http.SendAsync("POST", Invoke, "\"x\"", signed)).Is(202);
        (await server.Http.SendAsync("POST", Invoke, "\"x\"", signed.Select(header => header.Name == "X-Amz-Invocation-Type" ? (header.Name, "DryRun") : header)))
            .Is(403, "InvalidSignatureException", Mismatch);
    }

    [Fact]
    public async Task A_header_that_means_something_and_is_not_signed_is_refused()
    {
        await using var server = await StartAsync();
        var signed = Sign(server, "POST", Invoke, "\"x\"");

        (await server.Http.SendAsync("POST", Invoke, "\"x\"", [.. signed, ("X-Amz-Durable-Execution-Name", "smuggled")]))
            .Is(403, "InvalidSignatureException", "'x-amz-durable-execution-name' must be a 'SignedHeader' in the AWS Authorization.");
    }

    [Theory]
    [InlineData("host;", "'host' must be a 'SignedHeader' in the AWS Authorization.")]
    [InlineData(";x-amz-date", "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.")]
    public async Task Server_and_time_must_be_signed(string leftOut, string message)
    {
        await using var server = await StartAsync();
        var signed = Sign(server, "POST", Invoke, "\"x\"").Select(header => (header.Name, header.Value.Replace(leftOut, "", StringComparison.Ordinal)));

        (await server.Http.SendAsync("POST", Invoke, "\"x\"", signed)).Is(403, "InvalidSignatureException", message);
    }

    [Theory]
    [InlineData(-6, false)]
    [InlineData(-5, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public async Task A_signature_is_good_for_five_minutes_on_either_side(int minutes, bool good)
    {
        await using var server = await StartAsync();
        var signer = new Signer(KeyId, Secret, server.Clock.GetUtcNow().AddMinutes(minutes));

        var reply = await server.Http.SendAsync("POST", Invoke, "\"x\"", signer.Sign("POST", server.Http.Address, Invoke, "\"x\""));

        if (good) reply.Is(200);
        else reply.Is(403, "InvalidSignatureException");
    }

    [Fact]
    public async Task Another_secret_key_service_or_day_is_refused()
    {
        await using var server = await StartAsync();
        var now = server.Clock.GetUtcNow();

        (await server.Http.SendAsync("POST", Invoke, "\"x\"", new Signer(KeyId, Secret + "!", now).Sign("POST", server.Http.Address, Invoke, "\"x\""))).Is(403, "InvalidSignatureException", Mismatch);
        (await server.Http.SendAsync("POST", Invoke, "\"x\"", new Signer("AKIANOBODY0000000000", Secret, now).Sign("POST", server.Http.Address, Invoke, "\"x\"")))
            .Is(403, "UnrecognizedClientException");
        (await server.Http.SendAsync("POST", Invoke, "\"x\"", new Signer(KeyId, Secret, now) { Service = "s3" }.Sign("POST", server.Http.Address, Invoke, "\"x\"")))
            .Is(403, "InvalidSignatureException");
        var otherDay = Sign(server, "POST", Invoke, "\"x\"").Select(header => (header.Name, header.Value.Replace("/20260101/", "/20260102/", StringComparison.Ordinal)));
        (await server.Http.SendAsync("POST", Invoke, "\"x\"", otherDay)).Is(403, "InvalidSignatureException");
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("UNSIGNED-PAYLOAD")]
    public async Task A_body_hash_must_be_the_bodys(string hash)
    {
        await using var server = await StartAsync();

        (await server.Http.SendAsync("POST", Invoke, "\"x\"", Sign(server, "POST", Invoke, "\"x\"", ("X-Amz-Content-Sha256", hash)))).Is(403, "InvalidSignatureException", Mismatch);
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256")]
    [InlineData("AWS4-HMAC-SHA256 Credential=a")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAPERDURETESTS0001/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=short")]
    [InlineData("AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task A_signature_that_is_not_complete_is_refused(string authorization)
    {
        await using var server = await StartAsync();

        (await server.Http.SendAsync("GET", "/2025-12-01/functions/echo/durable-executions", (string?)null, [("Authorization", authorization)])).Is(400, "IncompleteSignatureException");
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(options => options.AccessKeys.Add(new ServerAccessKey(KeyId, Secret)));

    private static IReadOnlyList<(string Name, string Value)> Sign(TestServer server, string method, string target, string body = "", params (string, string)[] headers) =>
        new Signer(KeyId, Secret, server.Clock.GetUtcNow()).Sign(method, server.Http.Address, target, body, headers);

    private static Task<ApiReply> SendAsync(TestServer server, string method, string target, string? body = null) =>
        server.Http.SendAsync(method, target, body, Sign(server, method, target, body ?? ""));
}
