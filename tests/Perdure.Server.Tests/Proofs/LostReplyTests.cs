namespace Perdure.Server.Tests.Proofs;

/// <summary>One reply in ten is lost after what it answers has been committed, and the request is repeated: the same answer comes again, and nothing happens twice.</summary>
public class LostReplyTests(ITestOutputHelper output)
{
    private const int Starts = 1_000;
    private const int Executions = 50;
    private const int CheckpointsEach = 20;
    private const double Loss = 0.1;

    [Fact]
    public async Task A_start_that_is_repeated_under_its_name_is_the_same_execution()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(1);
        var lost = 0;

        for (var i = 0; i < Starts; i++)
        {
            var first = await StartAsync(i);
            if (random.NextDouble() >= Loss) continue;
            lost++;
            var repeated = await StartAsync(i);
            RequireSame(first, repeated);
        }

        Assert.InRange(lost, 50, 150);
        Assert.Equal(Starts, await server.Client.ListAsync().CountAsync());
        output.WriteLine($"{Starts:N0} starts, {lost} replies lost and repeated: {lost} answers identical, {Starts:N0} executions.");

        Task<ApiReply> StartAsync(int number) => server.Http.InvokeAsync("echo", $"\"input {number}\"", name: $"start-{number}", type: number % 2 == 0 ? "Event" : "RequestResponse");
    }

    [Fact]
    public async Task A_checkpoint_that_is_repeated_with_its_client_token_is_answered_to_the_byte_and_recorded_once()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(2);
        var lost = 0;

        for (var execution = 0; execution < Executions; execution++)
        {
            var call = await server.HoldAsync($"execution-{execution}");
            var token = call.Token;
            var callbacks = new Queue<string>();
            for (var number = 0; number < CheckpointsEach; number++)
            {
                var (sent, updates, clientToken) = (token, Updates(number), $"ct-{number}");
                var first = (await server.Http.CheckpointAsync(call.Arn, sent, updates, clientToken)).Is(200);
                if (CallbackIn(first) is { } opened) callbacks.Enqueue(opened);
                if (random.NextDouble() < Loss)
                {
                    lost++;
                    if (callbacks.TryDequeue(out var open)) (await server.Http.CallbackAsync(open, "succeed", "1")).Is(200); // what happens meanwhile is not in the answer
                    RequireSame(first, await server.Http.CheckpointAsync(call.Arn, sent, updates, clientToken));
                }

                token = first.Token;
            }

            RequireOnce((await server.Http.HistoryAsync(call.Arn, "?MaxItems=1000")).Is(200));
            call.Succeed("1");
        }

        Assert.InRange(lost, 50, 150);
        output.WriteLine($"{Executions * CheckpointsEach:N0} checkpoints, {lost} replies lost and repeated: {lost} answers identical, every operation begun and ended once.");
    }

    /// <summary>It is the client token that makes a repetition one: with another, each is refused, and a client that did so would be stuck.</summary>
    [Fact]
    public async Task Control_another_client_token_makes_it_another_request()
    {
        await using var server = await TestServer.StartAsync();

        for (var execution = 0; execution < Executions; execution++)
        {
            var call = await server.HoldAsync($"execution-{execution}");
            (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates(execution), "ct-1")).Is(200);
            (await server.Http.CheckpointAsync(call.Arn, call.Token, Updates(execution), "ct-2")).Is(400, "InvalidParameterValueException", "Invalid checkpoint token");
            call.Succeed("1");
        }
    }

    /// <summary>Steps, callbacks, waits and calls, in turn.</summary>
    private static string Updates(int number) => (number % 4) switch
    {
        0 => $$"""[{"Id":"s{{number}}","Type":"STEP","Action":"START"},{"Id":"s{{number}}","Type":"STEP","Action":"SUCCEED","Payload":"{{number}}"}]""",
        1 => $$"""[{"Id":"c{{number}}","Type":"CALLBACK","Action":"START"}]""",
        2 => $$$"""[{"Id":"w{{{number}}}","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":600}}]""",
        _ => $$$"""[{"Id":"i{{{number}}}","Type":"CHAINED_INVOKE","Action":"START","Payload":"1","ChainedInvokeOptions":{"FunctionName":"patient:$LATEST"}}]""",
    };

    private static string? CallbackIn(ApiReply reply) => reply.NewOperations.Where(operation => operation.GetProperty("Status").GetString() == "STARTED" && operation.TryGetProperty("CallbackDetails", out _))
        .Select(operation => operation.GetProperty("CallbackDetails").GetProperty("CallbackId").GetString()).FirstOrDefault();

    private static void RequireSame(ApiReply first, ApiReply repeated)
    {
        Assert.Equal(first.Status, repeated.Status);
        Assert.Equal(first.Bytes, repeated.Bytes);
        Assert.Equal(first.Headers.GetValueOrDefault("X-Amz-Durable-Execution-Arn"), repeated.Headers.GetValueOrDefault("X-Amz-Durable-Execution-Arn"));
    }

    private static void RequireOnce(ApiReply history)
    {
        var events = history.List("Events").Select(e => (Id: e.TryGetProperty("Id", out var id) ? id.GetString() : "", Type: e.GetProperty("EventType").GetString())).ToList();
        Assert.Equal(events.Distinct().Order(), events.Order());
        Assert.Equal(CheckpointsEach, events.Count(e => e.Type is "StepStarted" or "CallbackStarted" or "WaitStarted" or "ChainedInvokeStarted"));
    }
}
