using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Perdure.Server.Api;

namespace Perdure.Server.Tests.Hosting;

public class OperationTests
{
    [Fact]
    public async Task The_document_has_every_operation_and_no_other()
    {
        await using var server = await TestServer.StartAsync();

        var document = (await server.Http.SendAsync("GET", "/perdure/openapi.json")).Is(200).Json;

        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value.GetProperty("operationId").GetString());
        Assert.Equal(DurableApi.Operations.Select(operation => operation.Name).Order(), described.Order());
        var stop = document.GetProperty("paths").GetProperty("/2025-12-01/durable-executions/{DurableExecutionArn}/stop").GetProperty("post");
        Assert.Equal("Operate", stop.GetProperty("x-perdure-right").GetString());
        Assert.Equal("DurableExecutionArn", stop.GetProperty("parameters")[0].GetProperty("name").GetString());
        Assert.True(document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("signatureV4", out _));
    }

    [Fact]
    public void Every_operation_has_its_own_method_and_path() => Assert.Equal(
        DurableApi.Operations.Count, DurableApi.Operations.Select(operation => (operation.Method, operation.Path.Template)).Distinct().Count());

    [Fact]
    public async Task An_app_may_put_a_prefix_in_front_of_the_API()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();

        (await server.Http.SendAsync("GET", $"/under/a/prefix{ApiClient.Execution(call.Arn)}")).Is(200);
        (await server.Http.SendAsync("GET", $"/under/a/prefix/2025-12-01/durable-executions/{call.Arn}/history")).Is(200);
        (await server.Http.SendAsync("GET", "/under/a/prefix/perdure/ready")).Is(200);
        (await server.Http.SendAsync("GET", $"/under/a/prefix/2025-12-01/nothing")).Is(404, "UnknownOperationException");
    }

    [Fact]
    public async Task A_server_is_live_and_ready_without_credentials()
    {
        await using var server = await TestServer.StartAsync(options => options.ApiKeys.Add(new ServerApiKey("ops", "ops-key-0123456789abcdef")));

        Assert.Equal("""{"status":"live"}""", (await server.Http.SendAsync("GET", "/perdure/live")).Is(200).Text);
        Assert.Equal("""{"status":"ready","lagSeconds":0}""", (await server.Http.SendAsync("GET", "/perdure/ready")).Is(200).Text);
    }

    [Fact]
    public async Task A_server_that_stops_lets_go_of_who_waits_and_loses_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var waiting = server.Http.InvokeAsync("held", "1", name: "slow");
        var call = await server.Held.NextAsync();

        var stopping = server.StopAsync();
        var reply = (await waiting).Is(503, "ServiceUnavailableException");

        Assert.Equal(call.Arn, reply.Arn);
        Assert.Equal("1", reply.Headers["Retry-After"]);
        await stopping;
    }

    [Fact]
    public async Task An_answer_has_an_id_and_is_neither_sniffed_nor_kept()
    {
        await using var server = await TestServer.StartAsync();

        var reply = await server.Http.GetAsync("nonsense");

        Assert.NotEmpty(reply.Headers["x-amzn-RequestId"]);
        Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
        Assert.Equal("application/json", reply.Headers["Content-Type"]);
    }

    [Fact]
    public void An_app_without_a_node_is_told_what_is_missing()
    {
        using var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("services.AddPerdureServer()", Assert.Throws<InvalidOperationException>(() => app.MapPerdureApi()).Message);
    }
}
