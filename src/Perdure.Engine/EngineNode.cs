using Microsoft.Extensions.Logging;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Engine.Scheduling;
using Perdure.Engine.Storage;
using Perdure.Storage;

namespace Perdure.Engine;

/// <summary>One node: its loops, its slots, and the functions it serves. Any number of nodes may share a store that allows it.</summary>
internal sealed class EngineNode : IDisposable
{
    private readonly Dispatcher _dispatcher;
    private readonly LeaseKeeper _leases;
    private readonly RetentionLoop _retention;
    private readonly SlotPool _slots;
    private readonly NodeOptions _options;

    private EngineNode(EngineCore core, FunctionRegistry functions, InvocationHost host, NodeOptions options)
    {
        Core = core;
        Functions = functions;
        _options = options;
        _slots = new SlotPool(options.MaxConcurrentInvocations);
        _leases = new LeaseKeeper(core, options.Owner);
        Runner = new InvocationRunner(core, functions, host, _slots, _leases);
        _dispatcher = new Dispatcher(core, functions, Runner, _slots, new DispatcherOptions(options.Owner)
        {
            PollInterval = options.PollInterval,
            TellCaller = new CallerNotifier(this).TellAsync,
        });
        _retention = new RetentionLoop(core);
    }

    public EngineCore Core { get; }

    public FunctionRegistry Functions { get; }

    public InvocationRunner Runner { get; }

    public string Owner => _options.Owner;

    public IEnumerable<ActiveInvocation> ActiveInvocations => _leases.Active;

    /// <summary>Opens the store and starts to serve.</summary>
    public static async Task<EngineNode> StartAsync(
        IExecutionStore store, EngineEnvironment environment, FunctionRegistry functions, InvocationHost host, NodeOptions options, CancellationToken cancellationToken)
    {
        await store.OpenAsync(options.Owner, cancellationToken).ConfigureAwait(false);
        var core = new EngineCore(store, await store.GetSecretAsync(cancellationToken).ConfigureAwait(false), environment);
        var node = new EngineNode(core, functions, host, options);
        await node.ReviveAsync(ExecutionAttention.NoWorker, cancellationToken).ConfigureAwait(false);
        await node.ReviveAsync(ExecutionAttention.Mismatched, cancellationToken).ConfigureAwait(false);
        node._dispatcher.Trigger();
        node._retention.Trigger();
        return node;
    }

    /// <summary>Executions that waited for a node with their function, or with code that matches their record, run again.</summary>
    private async Task ReviveAsync(ExecutionAttention attention, CancellationToken cancellationToken)
    {
        foreach (var function in Functions.Names) await ReviveAsync(function, attention, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReviveAsync(string function, ExecutionAttention attention, CancellationToken cancellationToken)
    {
        var stuck = new RowFilter { Function = function, Attention = attention, IncludeHidden = true };
        await foreach (var row in Core.Store.ListAllAsync(stuck, cancellationToken).ConfigureAwait(false))
            await ClearAttentionAsync(row.Key, attention).ConfigureAwait(false);
    }

    /// <summary>Serves a function from now on, until the node stops. Executions that waited for it run.</summary>
    /// <returns>False when one of that name is served already; nothing was changed.</returns>
    public async Task<bool> TryServeAsync(ServedFunction function)
    {
        function.Default.RequireValid();
        var isNew = false;
        Functions.Change(function.Name, known =>
        {
            isNew = known is null;
            return known ?? function;
        });
        if (!isNew) return false;

        // Whoever asked may be gone: the function is served, and nobody would wake the rest later.
        await ReviveAsync(function.Name, ExecutionAttention.NoWorker, CancellationToken.None).ConfigureAwait(false);
        _dispatcher.Trigger();
        return true;
    }

    /// <summary>Deletes now what is to be deleted, instead of within a minute.</summary>
    public void PurgeNow() => _retention.Trigger();

    public Task<bool> ClearAttentionAsync(ExecutionKey key, ExecutionAttention attention) => Core.Mailboxes.UseAsync(key, mailbox => mailbox.ApplyAsync(
        (state, _) => state.IsTerminal || state.Control.Attention != attention ? null : new Command.ClearAttention(attention),
        static (_, decision) => !decision.IsEmpty));

    /// <summary>Applies a command that may begin an invocation in the same commit, when a slot is free.</summary>
    public async Task<T> ApplyAndLaunchAsync<T>(
        ExecutionMailbox mailbox, Func<ExecutionState, PayloadWriter, BeginArgs?, Command?> command, Func<ExecutionState, T> answer)
    {
        var holdsSlot = _slots.TryTake();
        var launched = false;
        try
        {
            return await mailbox.ApplyAsync(
                (state, payloads) => command(state, payloads, holdsSlot && Functions.Find(state.Identity.Function) is not null
                    ? new BeginArgs(state.Epoch + 1, Owner)
                    : null),
                (state, decision) =>
                {
                    launched = Runner.TryLaunch(mailbox, state, decision);
                    return answer(state);
                }).ConfigureAwait(false);
        }
        finally
        {
            if (holdsSlot && !launched) _slots.Release();
        }
    }

    /// <summary>How far behind this node is: for how long the oldest due execution of its functions has been waiting.</summary>
    public async Task<TimeSpan> LagAsync(CancellationToken cancellationToken)
    {
        var now = Core.Store.Clock.GetUtcNow();
        var due = await Core.Store.NextDueAsync(cancellationToken).ConfigureAwait(false);
        var lag = TimeSpan.Zero;
        foreach (var (queue, dueAt) in due)
        {
            if (Functions.Find(queue) is not null && now - dueAt > lag) lag = now - dueAt;
        }

        return lag;
    }

    /// <summary>Stops claiming, lets running invocations reach a resting point, and gives up on them after a while.</summary>
    public async Task DrainAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _slots.Close();
        _dispatcher.Stop();
        _retention.Stop();
        foreach (var invocation in _leases.Active) invocation.Signals.Drain();
        var idle = Core.Activity.WhenIdleAsync();
        try
        {
            await idle.WaitAsync(timeout, Core.Store.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // Cut off: what was not recorded is repeated by whoever takes over when the lease ends.
            foreach (var invocation in _leases.Active) invocation.Signals.Lose();
        }

        _leases.Stop();
    }

    public void Dispose()
    {
        _slots.Close();
        _dispatcher.Dispose();
        _retention.Dispose();
        _leases.Dispose();
    }
}

/// <summary>Who a node is and how much it takes on.</summary>
internal sealed record NodeOptions(string Owner)
{
    public int MaxConcurrentInvocations { get; init; } = 256;

    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}
