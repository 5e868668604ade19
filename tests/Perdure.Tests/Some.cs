using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Storage;

namespace Perdure.Tests;

/// <summary>An execution in memory, driven through the pure machine: no store, no clock, no await.</summary>
internal sealed class Some
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SeededIdSource _ids = new(1);
    private readonly TokenSigner _signer = new(new byte[32]);

    public Some(int timeoutSeconds = 3600)
    {
        State = new ExecutionState(new ExecutionIdentity(new ExecutionKey(42), "f", "$LATEST", "name", T0));
        var payloads = new PayloadWriter(1);
        payloads.Add("\"input\"");
        Commit(new Command.Start(new ExecutionSettings(timeoutSeconds, 0, Caller: null), new BeginArgs(1, "node")), payloads);
    }

    public ExecutionState State { get; }

    public DateTimeOffset Now { get; private set; } = T0;

    public Decision Last { get; private set; } = new(null, default, null, []);

    public List<EventRecord> Events { get; } = [];

    public Dictionary<string, DateTimeOffset> Heartbeats { get; } = [];

    /// <summary>Functions that calls find, by the operation that calls.</summary>
    public Dictionary<string, InvokeTarget> Targets { get; } = [];

    public OperationRecord this[string id] => State.Find(id) ?? throw new InvalidOperationException($"There is no operation {id}.");

    public IEnumerable<string> EventTypes => Events.Select(e => e.Type);

    public Some After(double seconds)
    {
        Now = Now.AddMilliseconds(Math.Round(seconds * 1000));
        return this;
    }

    public Some Do(Command command) => Commit(command, new PayloadWriter(State.Version + 1));

    /// <summary>A checkpoint of these updates, with their payloads set aside as the shell does.</summary>
    public Some Checkpoint(params OperationUpdate[] updates)
    {
        var payloads = new PayloadWriter(State.Version + 1);
        return Commit(
            new Command.Checkpoint([.. updates.Select(update => new UpdateInput(update, payloads.Add(update.Payload), payloads.Add(update.Error)))], "c", State.Seen) { Targets = Targets }, payloads);
    }

    public Some End(InvocationEnd end) => Do(new Command.EndInvocation(State.Epoch, end, SeenVersion: 0));

    public Some Suspend() => End(new InvocationEnd.Pending());

    public Some Crash() => Commit(payloads => new Command.EndInvocation(State.Epoch, new InvocationEnd.Crashed(payloads.Record(Error("crash")), "crash"), 0));

    public Some Resume() => Do(new Command.Resume(new BeginArgs(State.Epoch + 1, "node")));

    public Some Complete(string id, OperationStatus outcome) => Commit(payloads => new Command.Complete(
        id, outcome, outcome == OperationStatus.Succeeded ? payloads.Add("\"answer\"") : null,
        outcome == OperationStatus.Succeeded ? null : payloads.Record(Error("refused")), Begin: null));

    public Some Stop() => Commit(payloads => new Command.Stop(payloads.Record(Error("stopped"))));

    public Some Commit(Func<PayloadWriter, Command> command)
    {
        var payloads = new PayloadWriter(State.Version + 1);
        return Commit(command(payloads), payloads);
    }

    private Some Commit(Command command, PayloadWriter payloads)
    {
        var facts = new Facts { Now = Now, Ids = _ids, Signer = _signer, Rules = new EngineRules(), Heartbeats = Heartbeats };
        Last = ExecutionMachine.Apply(State, command, facts, payloads);
        if (Last.Changes is not { } changes) return this;

        // Through the stored form, as the journal would: what is not written is not remembered.
        var bytes = EntryJson.Write(changes);
        var read = EntryJson.Read(bytes);
        State.Fold(State.Version + 1, read, bytes.Length);
        Events.AddRange(read.Events);
        return this;
    }

    public static ErrorObject Error(string message) => new() { ErrorType = "SomeError", ErrorMessage = message };

    public static OperationUpdate Update(string type, OperationAction action, string id = "op") => new() { Id = id, Type = type, Action = action };

    public static OperationUpdate Step(OperationAction action, string id = "op") => action switch
    {
        OperationAction.Succeed => Update(OperationTypes.Step, action, id) with { Payload = "1" },
        OperationAction.Fail => Update(OperationTypes.Step, action, id) with { Error = Error("failed") },
        OperationAction.Retry => Update(OperationTypes.Step, action, id) with { Error = Error("failed"), StepOptions = new StepOptions { NextAttemptDelaySeconds = 5 } },
        _ => Update(OperationTypes.Step, action, id),
    };

    public static OperationUpdate Wait(int seconds = 10, string id = "op") => Update(OperationTypes.Wait, OperationAction.Start, id) with { WaitOptions = new WaitOptions(seconds) };

    public static OperationUpdate Callback(int? timeout = null, int? heartbeat = null, string id = "op") => Update(OperationTypes.Callback, OperationAction.Start, id) with
    {
        CallbackOptions = new CallbackOptions { TimeoutSeconds = timeout, HeartbeatTimeoutSeconds = heartbeat },
    };

    public static OperationUpdate Invoke(string id = "op") => Update(OperationTypes.ChainedInvoke, OperationAction.Start, id) with
    {
        ChainedInvokeOptions = new ChainedInvokeOptions("target"),
        Payload = "\"hi\"",
    };

    public static InvokeTarget Target(long key = 7)
    {
        var identity = new ExecutionIdentity(new ExecutionKey(key), "target", "$LATEST", "child", T0);
        return new InvokeTarget("$LATEST", ExecutionArn.Of(identity), new ChildPlan(identity, 60, 0, null));
    }

    public static OperationUpdate Context(OperationAction action, string id = "op") => action switch
    {
        OperationAction.Succeed => Update(OperationTypes.Context, action, id) with { Payload = "1" },
        OperationAction.Fail => Update(OperationTypes.Context, action, id) with { Error = Error("failed") },
        _ => Update(OperationTypes.Context, action, id),
    };

    /// <summary>The message with which the updates are refused; nothing changes.</summary>
    public string Refusal(params OperationUpdate[] updates)
    {
        var version = State.Version;
        var error = Assert.Throws<InvalidTransitionException>(() => Checkpoint(updates));
        Assert.Equal(version, State.Version);
        return error.Message;
    }
}
