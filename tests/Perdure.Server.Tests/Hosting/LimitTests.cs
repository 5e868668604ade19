using System.Net.Sockets;
using System.Text;
using Perdure.Server.Api;
using Perdure.Server.Http;

namespace Perdure.Server.Tests.Hosting;

public class LimitTests
{
    [Fact]
    public async Task A_body_that_is_too_large_is_refused_whether_it_says_so_or_not()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxRequestBodyBytes = 1 << 20);
        var call = await server.HoldAsync();
        var body = new string('x', (1 << 20) + 1);

        (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), body)).Is(413, "RequestTooLargeException");
        (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), body, [("Transfer-Encoding", "chunked")])).Is(413, "RequestTooLargeException");
    }

    [Fact]
    public async Task JSON_that_is_too_deep_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var deep = string.Concat(Enumerable.Repeat("[", 100_000));

        (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), $$"""{"Updates":{{deep}}""")).Is(400, "SerializationException");
        (await server.Http.InvokeAsync("echo", deep)).Is(400, "InvalidRequestContentException");
    }

    [Fact]
    public async Task Who_cannot_be_waited_for_is_told_so_before_anything_starts()
    {
        await using var server = await TestServer.StartAsync(options => options.MaxWaitingInvocations = 1);
        var waiting = server.Http.InvokeAsync("held", "1", name: "first");
        var call = await server.Held.NextAsync();

        var refused = (await server.Http.InvokeAsync("held", "1", name: "second")).Is(429, "TooManyRequestsException");

        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Single((await server.Http.ListAsync("held")).List("DurableExecutions"));
        (await server.Http.InvokeAsync("held", "1", name: "third", type: "Event")).Is(202);
        call.Succeed("2");
        Assert.Equal("2", (await waiting).Is(200).Text);
        (await server.Held.NextAsync()).Succeed("3");
    }

    [Fact]
    public async Task An_invocation_that_waits_keeps_no_room_from_those_that_it_waits_for()
    {
        await using var server = await TestServer.StartAsync(options => (options.MaxRequestBodyBytes, options.MaxBufferedBytes) = (1 << 20, 1 << 20));
        var large = $"\"{new string('x', 900_000)}\"";
        var waiting = server.Http.InvokeAsync("held", large, name: "first");
        var call = await server.Held.NextAsync();

        (await server.Http.InvokeAsync("echo", large, name: "second", type: "Event")).Is(202);

        call.Succeed("2");
        Assert.Equal("2", (await waiting).Is(200).Text);
    }

    [Fact]
    public async Task Of_a_body_with_countless_mistakes_the_first_are_told()
    {
        await using var server = await TestServer.StartAsync();
        var call = await server.HoldAsync();
        var mistakes = string.Join(',', Enumerable.Repeat("{}", 200_000));

        var refused = (await server.Http.SendAsync("POST", ApiClient.Execution(call.Arn, "/checkpoint"), $$"""{"CheckpointToken":"AAAA","Updates":[{{mistakes}}]}""")).Is(400, "ValidationException");

        Assert.InRange(refused.Text.Length, 100, 5_000);
    }

    [Fact]
    public void A_place_is_given_to_one_request_at_a_time_and_one_that_waits_gives_its_place_to_another()
    {
        var gate = new RequestGate(mostWorking: 1, mostWaiting: 1, mostBytes: 10);
        var first = gate.Enter();
        RequireFull(() => gate.Enter());
        first.ReserveWaiting();
        var second = gate.Enter();
        RequireFull(() => gate.Enter());
        RequireFull(second.ReserveWaiting);

        first.Dispose();
        second.ReserveWaiting();
        gate.Enter().Dispose();
        gate.Enter().Dispose();
        second.Dispose();
        gate.Enter().ReserveWaiting();
    }

    [Fact]
    public void Bytes_are_given_back_with_the_place_whether_they_were_all_there_was_room_for_or_not()
    {
        var gate = new RequestGate(mostWorking: 3, mostWaiting: 1, mostBytes: 10);
        var first = gate.Enter();
        first.ReserveBytes(6);
        var second = gate.Enter();
        second.ReserveBytes(4);
        RequireFull(() => second.ReserveBytes(1));

        second.Dispose();
        RequireFull(() => gate.Enter().ReserveBytes(5));
        first.Dispose();
        gate.Enter().ReserveBytes(10);
    }

    [Fact]
    public async Task Bodies_that_are_in_memory_together_have_a_limit()
    {
        await using var server = await TestServer.StartAsync(options => (options.MaxRequestBodyBytes, options.MaxBufferedBytes) = (1 << 20, (1 << 20) + 3));
        var large = $"\"{new string('x', (1 << 20) - 2)}\"";
        using (var slow = new TcpClient())
        {
            // Four bytes of a body, and the rest never comes.
            await slow.ConnectAsync(server.Address.Host, server.Address.Port);
            await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /2015-03-31/functions/echo/invocations?Qualifier=%24LATEST HTTP/1.1\r\nHost: {server.Address.Authority}\r\nContent-Length: 8\r\n\r\n1234"));
            await UntilAsync(async () => (await server.Http.InvokeAsync("echo", large)).Status == 429);
        }

        // When whoever sent them is gone, so are they.
        await UntilAsync(async () => (await server.Http.InvokeAsync("echo", large)).Status == 200);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!await holds()) limit.Token.ThrowIfCancellationRequested();
    }

    private static void RequireFull(Action action) => Assert.Equal(ApiErrors.TooManyRequests, Assert.Throws<ApiException>(action).Error);

    [Theory]
    [InlineData(nameof(PerdureServerOptions.MaxConcurrentRequests))]
    [InlineData(nameof(PerdureServerOptions.MaxWaitingInvocations))]
    [InlineData(nameof(PerdureServerOptions.MaxRequestBodyBytes))]
    [InlineData(nameof(PerdureServerOptions.MaxBufferedBytes))]
    public async Task An_option_out_of_range_is_refused_at_the_start_by_name_and_value(string name)
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => TestServer.StartAsync(options => typeof(PerdureServerOptions).GetProperty(name)!.SetValue(options, -1)));

        Assert.Contains($"PerdureServerOptions.{name} is -1; it must be", error.Message);
    }
}
