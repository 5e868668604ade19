using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Invocation;
using Perdure.Replay;

namespace Perdure.Server.Tests.Api;

public class FunctionTests
{
    private const string Functions = "/2015-03-31/functions";

    [Fact]
    public async Task A_function_is_described_with_its_durable_configuration()
    {
        await using var server = await TestServer.StartAsync();

        var configuration = (await server.Http.SendAsync("GET", $"{Functions}/echo/configuration?Qualifier=%24LATEST")).Is(200);
        var function = (await server.Http.SendAsync("GET", $"{Functions}/echo")).Is(200);

        Assert.Equal(
            """{"FunctionName":"echo","FunctionArn":"arn:aws:lambda:local:000000000000:function:echo:$LATEST","Version":"$LATEST","State":"Active","LastUpdateStatus":"Successful","DurableConfig":{"ExecutionTimeout":300,"RetentionPeriodInDays":14}}""",
            configuration.Text);
        Assert.Equal("arn:aws:lambda:local:000000000000:function:echo", function.Json.GetProperty("Configuration").GetProperty("FunctionArn").GetString());
        (await server.Http.SendAsync("GET", $"{Functions}/nobody")).Is(404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:nobody");
        (await server.Http.SendAsync("GET", $"{Functions}/echo/configuration?Qualifier=9")).Is(404, "ResourceNotFoundException");
    }

    [Fact]
    public async Task Functions_are_listed_by_name_page_by_page()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync(options => options.ApiKeys.Add(new ServerApiKey("some", "some-key-0123456789abcdef") { Functions = ["fail", "echo"] }));

        Assert.Equal(["ask", "echo", "fail", "held", "patient", "pinned"], await NamesAsync(server, $"{Functions}?MaxItems=1", "Functions", "FunctionName"));
        Assert.Equal(["ask", "echo", "fail", "held", "patient", "pinned"], await NamesAsync(server, $"{Functions}/?FunctionVersion=ALL", "Functions", "FunctionName"));
        var seen = (await other.Http.SendAsync("GET", Functions, (string?)null, [("Authorization", "Bearer some-key-0123456789abcdef")])).Is(200);
        Assert.Equal(["echo", "fail"], seen.List("Functions").Select(function => function.GetProperty("FunctionName").GetString()));
        (await server.Http.SendAsync("GET", $"{Functions}?MaxItems=0")).Is(400, "ValidationException");
        (await server.Http.SendAsync("GET", $"{Functions}?Marker=!")).Is(400, "InvalidParameterValueException", "Invalid Marker");
    }

    [Fact]
    public async Task A_function_is_registered_while_the_server_runs_and_invoked()
    {
        await using var server = await StartAsync();

        var created = (await server.Http.SendAsync("POST", Functions, """{"FunctionName":"greet","Runtime":"test","Code":{"Says":"hello"},"DurableConfig":{"ExecutionTimeout":60,"RetentionPeriodInDays":7},"Timeout":30}""")).Is(201);
        var reply = (await server.Http.InvokeAsync("greet", "1")).Is(200);

        Assert.Equal("""{"ExecutionTimeout":60,"RetentionPeriodInDays":7}""", created.Json.GetProperty("DurableConfig").GetRawText());
        Assert.Equal("\"hello\"", reply.Text);
        Assert.Equal(60, (await server.Http.HistoryAsync(reply.Arn)).List("Events")[0].GetProperty("ExecutionStartedDetails").GetProperty("ExecutionTimeout").GetInt32());
    }

    [Theory]
    [InlineData("""{"FunctionName":"echo","Runtime":"test","Code":{"Says":"x"}}""", 409, "ResourceConflictException")]
    [InlineData("""{"FunctionName":"other","Runtime":"cobol"}""", 400, "InvalidParameterValueException")]
    [InlineData("""{"Runtime":"test"}""", 400, "ValidationException")]
    [InlineData("""{"FunctionName":"a b","Runtime":"test","Code":{"Says":"x"}}""", 400, "ValidationException")]
    [InlineData("""{"FunctionName":"f","Runtime":"test","Code":{"Says":"x"},"DurableConfig":{"ExecutionTimeout":0,"RetentionPeriodInDays":91}}""", 400, "ValidationException")]
    [InlineData("""{"FunctionName":"f","Runtime":"test","Code":{"Says":"x"},"DurableConfig":7}""", 400, "SerializationException")]
    public async Task A_registration_that_cannot_be_is_refused(string body, int status, string error)
    {
        await using var server = await StartAsync();

        (await server.Http.SendAsync("POST", Functions, body)).Is(status, error);
        Assert.Equal(6, (await server.Http.SendAsync("GET", Functions)).List("Functions").Count);
    }

    [Fact]
    public async Task An_execution_keeps_the_version_that_its_alias_meant_when_it_started()
    {
        await using var server = await StartAsync();
        await CreateAsync(server, "says");
        Assert.Equal("1", (await server.Http.SendAsync("POST", $"{Functions}/says/versions", "{}")).Is(201).Json.GetProperty("Version").GetString());
        Assert.Equal("1", (await server.Http.SendAsync("POST", $"{Functions}/says/versions")).Is(201).Json.GetProperty("Version").GetString()); // nothing has changed
        (await server.Http.SendAsync("PUT", $"{Functions}/says/configuration", """{"DurableConfig":{"ExecutionTimeout":120}}""")).Is(200);
        Assert.Equal("2", (await server.Http.SendAsync("POST", $"{Functions}/says/versions")).Is(201).Json.GetProperty("Version").GetString());
        (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", """{"Name":"live","FunctionVersion":"1"}""")).Is(201);

        var first = (await server.Http.InvokeAsync("says", "1", "live")).Is(200);
        (await server.Http.SendAsync("PUT", $"{Functions}/says/aliases/live", """{"FunctionVersion":"2"}""")).Is(200);
        var second = (await server.Http.InvokeAsync("says", "1", "live")).Is(200);

        Assert.Equal("1", first.Headers["X-Amz-Executed-Version"]);
        Assert.Equal("2", second.Headers["X-Amz-Executed-Version"]);
        Assert.Equal(60, Timeout(await server.Http.GetAsync(first.Arn)));
        Assert.Equal(120, Timeout(await server.Http.GetAsync(second.Arn)));
        Assert.Equal(first.Arn, Assert.Single((await server.Http.ListAsync("says", "?Qualifier=1")).List("DurableExecutions")).GetProperty("DurableExecutionArn").GetString());
        Assert.Equal(second.Arn, Assert.Single((await server.Http.ListAsync("says", "?Qualifier=live")).List("DurableExecutions")).GetProperty("DurableExecutionArn").GetString());
        Assert.Equal(["$LATEST", "1", "2"], await NamesAsync(server, $"{Functions}/says/versions?MaxItems=1", "Versions", "Version"));

        static int Timeout(ApiReply execution) => execution.Is(200).Json.GetProperty("DurableConfig").GetProperty("ExecutionTimeout").GetInt32();
    }

    [Fact]
    public async Task Aliases_are_made_read_listed_moved_and_removed()
    {
        await using var server = await StartAsync();
        await CreateAsync(server, "says");
        foreach (var alias in (string[])["b", "a", "c"])
            (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", $$"""{"Name":"{{alias}}","FunctionVersion":"$LATEST"}""")).Is(201);

        Assert.Equal(
            """{"AliasArn":"arn:aws:lambda:local:000000000000:function:says:a","Name":"a","FunctionVersion":"$LATEST"}""",
            (await server.Http.SendAsync("GET", $"{Functions}/says/aliases/a")).Is(200).Text);
        Assert.Equal(["a", "b", "c"], await NamesAsync(server, $"{Functions}/says/aliases?MaxItems=1", "Aliases", "Name"));
        (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", """{"Name":"a","FunctionVersion":"$LATEST"}""")).Is(409, "ResourceConflictException");
        (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", """{"Name":"d","FunctionVersion":"9"}""")).Is(404, "ResourceNotFoundException");
        (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", """{"Name":"12","FunctionVersion":"$LATEST"}""")).Is(400, "ValidationException");
        (await server.Http.SendAsync("DELETE", $"{Functions}/says/aliases/a")).Is(204);
        (await server.Http.SendAsync("GET", $"{Functions}/says/aliases/a")).Is(404, "ResourceNotFoundException");
        (await server.Http.SendAsync("PUT", $"{Functions}/says/aliases/a", "{}")).Is(404, "ResourceNotFoundException");
    }

    [Fact]
    public async Task A_deleted_function_is_not_served_and_its_executions_stay()
    {
        await using var server = await StartAsync();
        await CreateAsync(server, "says");
        var arn = (await server.Http.InvokeAsync("says", "1")).Is(200).Arn;
        (await server.Http.SendAsync("POST", $"{Functions}/says/versions")).Is(201);
        (await server.Http.SendAsync("POST", $"{Functions}/says/aliases", """{"Name":"live","FunctionVersion":"1"}""")).Is(201);

        (await server.Http.SendAsync("DELETE", $"{Functions}/says?Qualifier=1")).Is(409, "ResourceConflictException");
        (await server.Http.SendAsync("DELETE", $"{Functions}/says?Qualifier=%24LATEST")).Is(400, "InvalidParameterValueException");
        (await server.Http.SendAsync("DELETE", $"{Functions}/says")).Is(204);

        (await server.Http.InvokeAsync("says", "1")).Is(404, "ResourceNotFoundException");
        (await server.Http.SendAsync("DELETE", $"{Functions}/says")).Is(404, "ResourceNotFoundException");
        (await server.Http.GetAsync(arn)).Is(200);
        Assert.Single((await server.Http.ListAsync("says")).List("DurableExecutions"));
    }

    [Fact]
    public async Task A_plain_function_stays_plain_and_its_host_numbers_a_version_that_it_fixed()
    {
        await using var server = await StartAsync();
        (await server.Http.SendAsync("POST", Functions, """{"FunctionName":"plain","Runtime":"test","Code":{"Says":"x"}}""")).Is(201);

        (await server.Http.SendAsync("PUT", $"{Functions}/plain/configuration", """{"DurableConfig":{"ExecutionTimeout":60}}""")).Is(400, "InvalidParameterValueException");
        (await server.Http.SendAsync("POST", $"{Functions}/pinned/versions")).Is(409, "ResourceConflictException");
        (await server.Http.InvokeAsync("plain", "1", qualifier: null)).Is(400, "InvalidParameterValueException");
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(functions: builder => builder.Services.AddSingleton<IInvokerFactory, Sayings>());

    private static async Task CreateAsync(TestServer server, string name) =>
        (await server.Http.SendAsync("POST", Functions, $$$"""{"FunctionName":"{{{name}}}","Runtime":"test","Code":{"Says":"hello"},"DurableConfig":{"ExecutionTimeout":60}}""")).Is(201);

    private static async Task<List<string>> NamesAsync(TestServer server, string path, string list, string member)
    {
        List<string> names = [];
        string? marker = null;
        do
        {
            var page = (await server.Http.SendAsync("GET", marker is null ? path : $"{path}&Marker={Uri.EscapeDataString(marker)}")).Is(200);
            names.AddRange(page.List(list).Select(item => item.GetProperty(member).GetString()!));
            marker = page.NextMarker;
        }
        while (marker is not null);
        return names;
    }

    /// <summary>Functions that say what their registration says.</summary>
    private sealed class Sayings : IInvokerFactory
    {
        public IFunctionInvoker? TryCreate(string function, JsonElement configuration) =>
            configuration.TryGetProperty("Runtime", out var runtime) && runtime.GetString() == "test" ? new Saying(configuration.GetProperty("Code").GetProperty("Says").GetString()!) : null;
    }

    private sealed class Saying(string text) : IFunctionInvoker
    {
        public Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services) =>
            Task.FromResult<InvocationOutcome>(new InvocationOutcome.Succeeded($"\"{text}\""));
    }
}
