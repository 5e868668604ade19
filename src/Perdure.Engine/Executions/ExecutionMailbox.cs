using Perdure.Engine.Scheduling;
using Perdure.Operations;
using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>The one shell around the machine: on this node, one command per execution at a time; load, decide, commit, then act.</summary>
/// <remarks>
/// Other nodes may commit to the same execution meanwhile. The journal then refuses our entry; we read what is new and decide again, a
/// bounded number of times.
/// </remarks>
internal sealed class ExecutionMailbox(ExecutionKey key, EngineCore core)
{
    private const int MaxConflicts = 8;

    private readonly AsyncGate _gate = new(core.Work);
    private ExecutionState? _state;

    public ExecutionKey Key => key;

    /// <summary>The invocation of this execution that runs on this node; null for none. Changed only under the gate.</summary>
    public InvocationSignals? Running { get; private set; }

    /// <summary>Makes an invocation the running one. An earlier one of this node is told that it is not any more.</summary>
    public void SetRunning(InvocationSignals signals)
    {
        Running?.Lose();
        Running = signals;
    }

    /// <summary>The invocation has ended; nothing happens when another one has taken its place.</summary>
    public void ClearRunning(InvocationSignals signals)
    {
        if (Running == signals) Running = null;
    }

    /// <summary>For a new execution: nothing to load.</summary>
    public void BeginWith(ExecutionState state) => _state = state;

    /// <summary>Applies a command and, when it is durable, answers from the state after it.</summary>
    /// <param name="command">Made anew for every try: it may look at the state, set payloads aside, refuse, or answer null for nothing to do.</param>
    /// <param name="answer">Made under the gate from the new state and the decision.</param>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    /// <exception cref="TooManyRequestsException">Others kept changing it.</exception>
    public async Task<T> ApplyAsync<T>(
        Func<ExecutionState, PayloadWriter, Command?> command, Func<ExecutionState, Decision, Task<T>> answer)
    {
        core.Activity.Enter();
        await _gate.EnterAsync().ConfigureAwait(false);
        try
        {
            for (var conflicts = 0; conflicts < MaxConflicts; conflicts++)
            {
                var state = await LoadAsync().ConfigureAwait(false);
                var payloads = new PayloadWriter(state.Version + 1);
                var made = command(state, payloads);
                if (made is null) return await answer(state, Nothing).ConfigureAwait(false);

                var facts = await FactsAsync(state, made).ConfigureAwait(false);
                var decision = ExecutionMachine.Apply(state, made, facts, payloads);
                if (decision.Changes is not { } changes) return await answer(state, decision).ConfigureAwait(false);
                switch (await CommitAsync(state, decision, changes, facts).ConfigureAwait(false))
                {
                    case CommitOutcome.Committed:
                        core.OnCommitted(this, state, decision);
                        return await answer(state, decision).ConfigureAwait(false);
                    case CommitOutcome.NameTaken:
                        throw new NameTakenException();
                    case CommitOutcome.Conflict when state.Version == 0:
                        throw new KeyTakenException();
                    default:
                        await CatchUpAsync(state).ConfigureAwait(false);
                        break;
                }
            }

            throw new TooManyRequestsException($"{_state?.Arn} was changed by others {MaxConflicts} times while it was being changed here; try again.");
        }
        finally
        {
            _gate.Exit();
            core.Activity.Exit();
        }
    }

    /// <summary>As the other overload, answering from the new state without reading anything more.</summary>
    public Task<T> ApplyAsync<T>(Func<ExecutionState, PayloadWriter, Command?> command, Func<ExecutionState, Decision, T> answer) =>
        ApplyAsync(command, (state, decision) => Task.FromResult(answer(state, decision)));

    /// <summary>Reads under the gate.</summary>
    public Task<T> ReadAsync<T>(Func<ExecutionState, Task<T>> read) => ApplyAsync((_, _) => null, (state, _) => read(state));

    private static readonly Decision Nothing = new(null, default, null, []);

    private async Task<ExecutionState> LoadAsync()
    {
        if (_state is { } known) return known;
        var loaded = await core.Store.LoadAsync(key, CancellationToken.None).ConfigureAwait(false)
            ?? throw new ExecutionNotFoundException($"Durable execution {ExecutionArn.IdOf(key)} does not exist, or its retention has expired.");
        if (loaded.Row.State.Attention == ExecutionAttention.Quarantined)
            throw new ExecutionUnreadableException($"{ExecutionArn.Of(loaded.Row.Identity)} is quarantined: {loaded.Row.State.AttentionReason}", null);

        try
        {
            return _state = ExecutionState.Load(loaded);
        }
        catch (Exception error)
        {
            throw new ExecutionUnreadableException($"The record of {ExecutionArn.Of(loaded.Row.Identity)} cannot be read: {error.Message}", error);
        }
    }

    private async Task CatchUpAsync(ExecutionState state)
    {
        var tail = await core.Store.ReadEntriesAsync(key, state.Version + 1, long.MaxValue, includePayload: false, CancellationToken.None).ConfigureAwait(false);
        if (tail.Count == 0)
        {
            _state = null; // the store has less than we remember, as after a restore: believe the store
            return;
        }

        try
        {
            state.FoldTail(tail);
        }
        catch
        {
            _state = null; // half folded: read it anew next time
            throw;
        }
    }

    private async Task<Facts> FactsAsync(ExecutionState state, Command command)
    {
        var facts = core.Facts();
        return NeedsHeartbeats(state, command, facts.Now)
            ? facts with { Heartbeats = await core.Store.ReadHeartbeatsAsync(key, CancellationToken.None).ConfigureAwait(false) }
            : facts;
    }

    private static bool NeedsHeartbeats(ExecutionState state, Command command, DateTimeOffset now)
    {
        if (command is Command.Complete complete && state.Find(complete.OperationId) is { } operation && operation.Kind.HasHeartbeat(operation)) return true;
        foreach (var (dueAt, id) in state.Timers)
        {
            if (dueAt > now) return false;
            if (state.Find(id) is { } due && due.Kind.HasHeartbeat(due)) return true;
        }

        return false;
    }

    private async Task<CommitOutcome> CommitAsync(ExecutionState state, Decision decision, EntryChanges changes, Facts facts)
    {
        var entry = EntryJson.Write(changes);
        var expected = state.Version;
        var snapshot = expected > 0 && state.WantsSnapshot ? state.Snapshot() : null;
        List<ExecutionChange> together =
        [
            new ExecutionChange
            {
                Key = key,
                ExpectedVersion = expected,
                Entry = entry,
                Payload = decision.Payload,
                Snapshot = snapshot is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(snapshot), // null would convert to an empty one
                Insert = expected == 0 ? state.Identity : null,
                Row = decision.Row,
                Guards = decision.Guards,
            },
        ];
        foreach (var child in decision.Children) together.Add(await ChildStarter.ChangeAsync(child, decision.Payload, facts, core).ConfigureAwait(false));
        var outcome = await core.Commits.CommitAsync(new ChangeSet(core.Ids.NextCommitId(), together)).ConfigureAwait(false);
        if (outcome != CommitOutcome.Committed) return outcome;
        if (snapshot is not null) state.SnapshotTaken(snapshot.Length);
        state.Fold(expected + 1, changes, entry.Length);
        return outcome;
    }
}

/// <summary>A new execution's key is taken: another node made the same one in the same millisecond.</summary>
internal sealed class KeyTakenException() : DurableExecutionException("The execution's key is taken; another one is tried.");

/// <summary>A new execution's name is taken.</summary>
internal sealed class NameTakenException() : DurableExecutionException("The execution's name is taken.");

/// <summary>An execution's record cannot be read by this version; it is quarantined rather than guessed at.</summary>
internal sealed class ExecutionUnreadableException(string message, Exception? innerException) : DurableExecutionException(message, innerException);
