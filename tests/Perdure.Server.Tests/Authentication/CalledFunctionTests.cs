using System.Text.Json;

namespace Perdure.Server.Tests.Authentication;

/// <summary>What a running function may start by a call in a checkpoint: the functions that its credential is good for.</summary>
public class CalledFunctionTests
{
    private const string Ops = "ops-key-0123456789abcdef";
    private const string Worker = "worker-key-0123456789abc";
    private const string Anywhere = "any-key-0123456789abcdef";

    [Theory]
    [InlineData("fail:$LATEST", "fail")]
    [InlineData("000000000000:function:fail:$LATEST", "fail")]
    [InlineData("arn:aws:lambda:local:000000000000:function:fail:$LATEST", "fail")]
    [InlineData("arn:aws:lambda:local:000000000000:function:fail", "fail")]
    [InlineData("nobody:$LATEST", "nobody")]
    public async Task A_credential_for_some_functions_starts_no_other_by_any_name(string target, string name)
    {
        await using var server = await StartAsync();
        var call = await HoldAsync(server);

        var operation = await CallAsync(server, call, target, Worker);

        Assert.Equal("FAILED", operation.GetProperty("Status").GetString());
        var error = operation.GetProperty("ChainedInvokeDetails").GetProperty("Error");
        Assert.Equal("AccessDeniedException", error.GetProperty("ErrorType").GetString());
        Assert.Equal($"Not authorized to invoke the function '{name}': the credential that records this call is not good for it.", error.GetProperty("ErrorMessage").GetString());
        Assert.Equal(["held"], await server.Client.ListAsync().Select(execution => execution.Function).ToListAsync());
    }

    [Theory]
    [InlineData(Worker)]
    [InlineData(Anywhere)]
    public async Task A_credential_that_is_good_for_a_function_starts_it(string key)
    {
        await using var server = await StartAsync();
        var call = await HoldAsync(server);

        var operation = await CallAsync(server, call, "echo:$LATEST", key);

        Assert.Equal("STARTED", operation.GetProperty("Status").GetString());
        Assert.Equal(["echo", "held"], await server.Client.ListAsync().Select(execution => execution.Function).Order().ToListAsync());
    }

    [Fact]
    public async Task A_refused_call_is_recorded_once_and_the_rest_of_its_batch_holds()
    {
        await using var server = await StartAsync();
        var call = await HoldAsync(server);
        const string Updates = """[{"Id":"s","Type":"STEP","Action":"SUCCEED","Payload":"1"},{"Id":"i","Type":"CHAINED_INVOKE","Action":"START","ChainedInvokeOptions":{"FunctionName":"fail:$LATEST"}}]""";

        var first = (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates, "ct", As(Worker))).Is(200);
        var repeated = (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates, "ct", As(Worker))).Is(200);

        Assert.Equal(["SUCCEEDED", "FAILED"], first.NewOperations.Select(operation => operation.GetProperty("Status").GetString()));
        Assert.Equal(first.Text, repeated.Text);
    }

    private static async Task<JsonElement> CallAsync(TestServer server, HeldCall call, string target, string key) =>
        Assert.Single((await server.Http.CheckpointAsync(
            call.Arn, call.Token, $$$"""[{"Id":"i","Type":"CHAINED_INVOKE","Action":"START","Payload":"1","ChainedInvokeOptions":{"FunctionName":"{{{target}}}"}}]""", headers: As(key))).Is(200).NewOperations);

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(options =>
    {
        options.ApiKeys.Add(new ServerApiKey("ops", Ops));
        options.ApiKeys.Add(new ServerApiKey("worker", Worker) { Rights = ApiRights.Execute, Functions = ["held", "echo"] });
        options.ApiKeys.Add(new ServerApiKey("any", Anywhere) { Rights = ApiRights.Execute });
    });

    private static async Task<HeldCall> HoldAsync(TestServer server)
    {
        await server.Client.StartAsync("held", "in");
        return await server.Held.NextAsync();
    }

    private static (string, string)[] As(string key) => [("Authorization", $"Bearer {key}")];
}
