using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Client;
using Perdure.Engine;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Operations.Execution;
using Perdure.Storage;
using Perdure.Testing;
using static Perdure.OperationAction;

namespace Perdure.Tests.Stories;

/// <summary>What a checkpoint is answered, by the service alone: no function runs.</summary>
public class CheckpointStories
{
    private static readonly ExecutionIdentity Identity = new(new ExecutionKey(42), "f", "$LATEST", "name", Some.T0);

    private readonly EngineCore _core = new(
        new InMemoryStore(new ManualTimeProvider(Some.T0)), new byte[32], new EngineEnvironment { Ids = new SeededIdSource(1), Loggers = NullLoggerFactory.Instance });

    private InProcessService Service => new(_core, new FunctionRegistry([]));

    [Fact]
    public async Task A_checkpoint_is_answered_with_everything_that_changed_in_order_of_change()
    {
        var token = await StartAsync();
        var first = await CheckpointAsync(token, "1", Some.Callback(id: "a"), Some.Callback(id: "b"), Some.Step(Start, "s"));
        Assert.Equal(["a", "b", "s"], Ids(first));

        await CompleteAsync("b");
        await CompleteAsync("a");
        var second = await CheckpointAsync(first.CheckpointToken!, "2", Some.Step(Succeed, "s"), Some.Step(Start, "t"));

        Assert.Equal(["b", "a", "s", "t"], Ids(second));
        Assert.Empty(Ids(await CheckpointAsync(second.CheckpointToken!, "3")));
    }

    [Fact]
    public async Task A_repeated_checkpoint_is_answered_as_the_first_time_whatever_happened_since()
    {
        var token = await StartAsync();
        var seed = await CheckpointAsync(token, "1", Some.Callback(id: "a"), Some.Callback(id: "b"), Some.Callback(id: "c"));
        await CompleteAsync("b");
        await CompleteAsync("a");
        var answer = await CheckpointAsync(seed.CheckpointToken!, "2", Some.Step(Start, "s"), Some.Step(Start, "t"), Some.Step(Succeed, "s"));
        await CompleteAsync("c");

        var repeated = await CheckpointAsync(seed.CheckpointToken!, "2", Some.Step(Start, "s"), Some.Step(Start, "t"), Some.Step(Succeed, "s"));

        Assert.Equal(["b", "a", "t", "s"], Ids(answer));
        Assert.Equal(answer.CheckpointToken, repeated.CheckpointToken);
        Assert.Equal(answer.Operations, repeated.Operations);
    }

    private Task<string> StartAsync() => _core.Mailboxes.UseAsync(Identity.Key, mailbox =>
    {
        mailbox.BeginWith(new ExecutionState(Identity));
        return mailbox.ApplyAsync(
            (_, _) => new Command.Start(new ExecutionSettings(3600, 0, Caller: null), new BeginArgs(1, "node")),
            (state, _) => _core.Signer.Sign(new CheckpointToken(Identity.Key, 1, state.Invocation!.Nonce, state.Version)));
    });

    private Task<CheckpointResponse> CheckpointAsync(string token, string clientToken, params OperationUpdate[] updates) =>
        Service.CheckpointAsync(new CheckpointRequest(ExecutionArn.Of(Identity), token, updates, clientToken), default);

    private Task<bool> CompleteAsync(string callback) => _core.Mailboxes.UseAsync(Identity.Key, mailbox => mailbox.ApplyAsync(
        (_, payloads) => new Command.Complete(callback, OperationStatus.Succeeded, payloads.Add("\"answer\""), null, Begin: null),
        static (_, _) => true));

    private static IEnumerable<string> Ids(CheckpointResponse response) => response.Operations.Select(operation => operation.Id);
}
