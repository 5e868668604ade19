using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>An execution as the fold of its journal. Changed only by <see cref="Fold"/>, after the commit.</summary>
internal sealed class ExecutionState(ExecutionIdentity identity)
{
    private readonly Dictionary<string, OperationRecord> _operations = [];
    private readonly List<string> _order = [];
    private readonly SortedSet<(DateTimeOffset DueAt, string Id)> _timers = [];
    private readonly List<(long Version, string Id)> _unseen = [];
    private readonly HashSet<string> _ready = [];
    private readonly HashSet<string> _underWay = [];

    public ExecutionIdentity Identity { get; } = identity;

    public string ExecutionId { get; } = ExecutionArn.IdOf(identity.Key);

    public string Arn => field ??= ExecutionArn.Of(Identity);

    /// <summary>Number of the newest entry; 0 before the first.</summary>
    public long Version { get; private set; }

    public long LastEventId { get; private set; }

    public DateTimeOffset LastAt { get; private set; }

    /// <summary>The invocation that runs, or that died without a word.</summary>
    public InvocationRecord? Invocation { get; private set; }

    /// <summary>Highest epoch of any invocation so far.</summary>
    public long Epoch { get; private set; }

    /// <summary>Up to which version the function has been told what happened.</summary>
    public long Seen { get; private set; }

    /// <summary>Whether the current invocation recorded anything.</summary>
    public bool HasProgressed { get; private set; }

    /// <summary>Version of the newest entry that did not come from the function and that it has to be told of: a pause is none.</summary>
    public long LastExternalVersion { get; private set; }

    public CheckpointMark? LastCheckpoint { get; private set; }

    public ControlState Control { get; private set; } = ControlState.Initial;

    public long TailBytes { get; private set; }

    public long LastSnapshotBytes { get; private set; }

    public OperationRecord Execution => _operations[ExecutionId];

    public bool IsTerminal => Version > 0 && !Execution.IsOpen;

    public int WakeableCount { get; private set; }

    /// <summary>Whether an attempt is due that the function has not begun. One in a finished context, seen or not, never begins.</summary>
    public bool HasAttemptToBegin => _ready.Any(id => !HasFinishedAncestor(_operations[id]));

    /// <summary>What the running invocation is in the middle of, as far as is recorded, and what would be seen of it: nothing in a finished context.</summary>
    public IEnumerable<OperationRecord> UnderWay => _underWay.Select(id => _operations[id]).Where(operation => !HasFinishedAncestor(operation));

    public int OperationCount => _order.Count;

    /// <summary>In start order, the EXECUTION operation first.</summary>
    public IEnumerable<OperationRecord> Operations => _order.Select(id => _operations[id]);

    public IEnumerable<(DateTimeOffset DueAt, string Id)> Timers => _timers;

    public OperationRecord? Find(string id) => _operations.GetValueOrDefault(id);

    public ExecutionStatus Status => StatusOf(Execution);

    public static ExecutionStatus StatusOf(OperationRecord execution) => execution.Status switch
    {
        OperationStatus.Started => ExecutionKind.PauseOf(execution) switch
        {
            null => ExecutionStatus.Running,
            { EffectiveAt: null } => ExecutionStatus.Pausing,
            _ => ExecutionStatus.Paused,
        },
        OperationStatus.Succeeded => ExecutionStatus.Succeeded,
        OperationStatus.Failed => ExecutionStatus.Failed,
        OperationStatus.TimedOut => ExecutionStatus.TimedOut,
        OperationStatus.Stopped => ExecutionStatus.Stopped,
        _ => throw new UnknownWireValueException("execution status", execution.Status.ToString()),
    };

    /// <summary>Takes in the next entry.</summary>
    public void Fold(long version, EntryChanges entry, int entryBytes)
    {
        if (version != Version + 1)
            throw new InvalidOperationException($"Entry {version} cannot follow entry {Version} of {Arn}: the journal has a gap.");

        Version = version;
        LastAt = entry.At;
        TailBytes += entryBytes;
        if (entry.Events.Count > 0) LastEventId = entry.FirstEventId + entry.Events.Count - 1;
        foreach (var operation in entry.Operations)
        {
            Put(operation);
            _unseen.Add((version, operation.Id));
        }

        if (entry.EndedInvocation) Invocation = null;
        if (entry.Control is { } control) Control = control;
        if (entry.Checkpoint is { } mark)
        {
            LastCheckpoint = mark;
            HasProgressed = true;
            MarkSeen(version);
        }
        else if (entry.Operations.Any(static operation => operation.Kind.IsTold(operation))) LastExternalVersion = version;

        if (entry.Began is not { } began) return;
        Invocation = began;
        Epoch = began.Epoch;
        HasProgressed = false;
        LastCheckpoint = null; // the envelope tells everything
        MarkSeen(version);
    }

    private void MarkSeen(long version)
    {
        Seen = version;

        // The answer to a checkpoint tells what changed since its inbound token: what others did in between is not told before it.
        var told = LastCheckpoint?.InboundVersion ?? version;
        _unseen.RemoveAll(change => change.Version <= told);
    }

    private void Put(OperationRecord operation)
    {
        if (_operations.TryGetValue(operation.Id, out var old))
        {
            if (old.Kind.DueAt(old, null) is { } due) _timers.Remove((due, old.Id));
            if (old.Kind.CanWake(old)) WakeableCount--;
            _ready.Remove(old.Id);
            _underWay.Remove(old.Id);
        }
        else _order.Insert(PlaceOf(operation), operation.Id);

        _operations[operation.Id] = operation;
        if (operation.Kind.DueAt(operation, null) is { } dueAt) _timers.Add((dueAt, operation.Id));
        if (operation.Kind.CanWake(operation)) WakeableCount++;
        if (operation.Status == OperationStatus.Ready) _ready.Add(operation.Id);
        if (operation.Kind.IsUnderWay(operation)) _underWay.Add(operation.Id);
    }

    /// <summary>An entry lists what changed in order of the last change: only among those that began in one entry can that differ from start order.</summary>
    private int PlaceOf(OperationRecord operation)
    {
        var place = _order.Count;
        while (place > 0 && _operations[_order[place - 1]].StartedEvent > operation.StartedEvent) place--;
        return place;
    }

    /// <summary>Operations that changed after a version that the function has seen, each once, in order of their last change.</summary>
    public IReadOnlyList<OperationRecord> ChangedAfter(long version)
    {
        var ids = new HashSet<string>();
        var changed = new List<OperationRecord>();
        for (var i = _unseen.Count - 1; i >= 0 && _unseen[i].Version > version; i--)
        {
            if (ids.Add(_unseen[i].Id)) changed.Add(_operations[_unseen[i].Id]);
        }

        changed.Reverse();
        return changed;
    }

    /// <summary>Whether a function may see the operation: descendants of a finished context are hidden unless its value is rebuilt from them.</summary>
    public bool IsVisible(OperationRecord operation)
    {
        for (var parent = operation.ParentId; parent is not null;)
        {
            if (Find(parent) is not { } context) return true;
            if (!context.IsOpen && !context.Kind.KeepsChildren(context)) return false;
            parent = context.ParentId;
        }

        return true;
    }

    private bool HasFinishedAncestor(OperationRecord operation)
    {
        for (var parent = operation.ParentId; parent is not null; parent = Find(parent)?.ParentId)
        {
            if (Find(parent) is { IsOpen: false }) return true;
        }

        return false;
    }

    public byte[] Snapshot() => EntryJson.Write(this, static (json, state) =>
    {
        json.WriteInstant("t", state.LastAt);
        json.WriteNumber("e", state.LastEventId);
        json.WriteNumber("p", state.Epoch);
        json.WriteNumber("n", state.Seen);
        json.WriteNumber("l", state.LastExternalVersion);
        json.WriteBoolean("g", state.HasProgressed);
        if (state.Invocation is { } invocation) EntryJson.WriteInvocation(json, "b", invocation);
        if (state.LastCheckpoint is { } mark) EntryJson.WriteMark(json, mark);
        EntryJson.WriteControl(json, state.Control);
        json.WriteStartArray("u");
        foreach (var (version, id) in state._unseen)
        {
            json.WriteNumberValue(version);
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        EntryJson.WriteOperations(json, [.. state.Operations]);
    });

    /// <summary>Rebuilds the state from what the store has.</summary>
    public static ExecutionState Load(LoadedExecution loaded)
    {
        var state = new ExecutionState(loaded.Row.Identity);
        if (loaded.SnapshotVersion > 0) state.Restore(loaded.SnapshotVersion, loaded.Snapshot);
        state.FoldTail(loaded.Tail);
        return state;
    }

    public void FoldTail(IEnumerable<JournalEntry> tail)
    {
        foreach (var entry in tail) Fold(entry.Version, EntryJson.Read(entry.Entry), entry.Entry.Length);
    }

    private void Restore(long version, ReadOnlyMemory<byte> snapshot)
    {
        using var document = System.Text.Json.JsonDocument.Parse(snapshot);
        var json = document.RootElement;
        foreach (var operation in EntryJson.ReadOperations(json)) Put(operation);
        Version = version;
        LastSnapshotBytes = snapshot.Length;
        LastAt = json.Instant("t");
        LastEventId = json.GetProperty("e").GetInt64();
        Epoch = json.GetProperty("p").GetInt64();
        Seen = json.GetProperty("n").GetInt64();
        LastExternalVersion = json.GetProperty("l").GetInt64();
        HasProgressed = json.GetProperty("g").GetBoolean();
        Invocation = json.TryGetProperty("b", out var invocation) ? EntryJson.ReadInvocation(invocation) : null;
        LastCheckpoint = EntryJson.ReadMark(json);
        Control = EntryJson.ReadControl(json) ?? ControlState.Initial;
        var unseen = json.GetProperty("u");
        for (var i = 0; i < unseen.GetArrayLength(); i += 2) _unseen.Add((unseen[i].GetInt64(), unseen[i + 1].GetString()!)); // written in pairs
    }

    /// <summary>A snapshot pays when the tail has outgrown the state it would replace.</summary>
    public bool WantsSnapshot => TailBytes > Math.Max(SnapshotThreshold, 2 * LastSnapshotBytes);

    public void SnapshotTaken(int bytes)
    {
        LastSnapshotBytes = bytes;
        TailBytes = 0;
    }

    private const int SnapshotThreshold = 64 * 1024;
}
