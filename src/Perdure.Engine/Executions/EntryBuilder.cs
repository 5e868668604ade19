using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>What a decision comes to.</summary>
/// <param name="Changes">The entry; null when there is nothing to record.</param>
/// <param name="Payload">Its payload bytes.</param>
/// <param name="Row">The row's new half; null when it stays.</param>
/// <param name="Guards">Heartbeats that were decisive.</param>
internal sealed record Decision(
    EntryChanges? Changes, ReadOnlyMemory<byte> Payload, RowState? Row, IReadOnlyList<HeartbeatGuard> Guards)
{
    /// <summary>Executions to start in the same transaction.</summary>
    public IReadOnlyList<ChildStart> Children { get; init; } = [];

    /// <summary>When an invocation begins: what changed since the function last looked.</summary>
    public IReadOnlyList<string> Unseen { get; init; } = [];

    public bool IsEmpty => Changes is null;
}

/// <summary>How a target is started: found by the shell, carried through the rules.</summary>
internal sealed record ChildPlan(ExecutionIdentity Identity, int TimeoutSeconds, int RetentionDays, string? TenantId);

/// <summary>An execution to start in the same transaction as the call that wants it.</summary>
internal sealed record ChildStart(ChildPlan Plan, ExecutionCaller Caller, PayloadSlice? Input);

/// <summary>A decision in the making: an overlay over the state, in which later parts of a command see what earlier ones did.</summary>
internal sealed class EntryBuilder
{
    private readonly ExecutionState _state;
    private readonly Facts _facts;
    private readonly Dictionary<string, OperationRecord> _changed = [];
    private readonly List<string> _order = [];
    private readonly List<EventRecord> _events = [];
    private readonly List<HeartbeatGuard> _guards = [];
    private readonly List<ChildStart> _children = [];
    private CheckpointMark? _mark;

    public EntryBuilder(ExecutionState state, Facts facts, PayloadWriter? payloads = null)
    {
        _state = state;
        _facts = facts;
        Now = Milliseconds(facts.Now > state.LastAt ? facts.Now : state.LastAt);
        Payloads = payloads ?? new PayloadWriter(state.Version + 1);
        Invocation = state.Invocation;
        Control = state.Control;
    }

    public DateTimeOffset Now { get; }

    public PayloadWriter Payloads { get; }

    public ControlState Control { get; set; }

    public InvocationRecord? Invocation { get; private set; }

    public OperationRecord Execution => Find(_state.ExecutionId)!; // the first operation of every execution

    public bool IsTerminal => !Execution.IsOpen;

    public int NewOperations { get; private set; }

    public OperationRecord? Find(string id) => _changed.GetValueOrDefault(id) ?? _state.Find(id);

    public TransitionContext Context(
        PayloadSlice? payload = null, PayloadSlice? error = null, string? operationId = null, InvokeTarget? target = null, int timeoutSeconds = 0) =>
        new MachineContext(this)
        {
            Target = target,
            TimeoutSeconds = timeoutSeconds,
            Payload = payload,
            Error = error,
            LastBeat = operationId is not null && _facts.Heartbeats.TryGetValue(operationId, out var beat) ? beat : null,
        };

    public void Apply(Transition transition)
    {
        var operation = transition.Operation;
        var before = Find(operation.Id);
        var firstEvent = _state.LastEventId + _events.Count + 1;
        foreach (var e in transition.Events) _events.Add(e with { OperationId = operation.Id });
        if (before is null)
        {
            NewOperations++;
            operation = operation with { StartedEvent = firstEvent };
        }

        if (transition.IsSignal) operation = operation with { SignalledEvent = firstEvent };
        if (!operation.IsOpen && before is not { IsOpen: false })
        {
            operation = operation with { EndedEvent = firstEvent + transition.Events.Length - 1 };
            if (operation.Kind == OperationKinds.Execution && ExecutionKind.SettingsOf(operation).Caller is not null)
                Control = Control with { OwesCaller = true };
        }

        // Latest change last: the order in which a delta shows them.
        if (_changed.ContainsKey(operation.Id)) _order.Remove(operation.Id);
        _changed[operation.Id] = operation;
        _order.Add(operation.Id);
    }

    public void Begin(InvocationRecord invocation)
    {
        Invocation = invocation;
        Control = Control with { OwesInvocation = false, RetryAt = null };
    }

    public void EndInvocation(PayloadSlice? error)
    {
        var invocation = Invocation ?? throw new InvalidOperationException("There is no invocation to end.");
        _events.Add(new EventRecord(InvocationFacts.EventType)
        {
            Error = error,
            Facts = new InvocationFacts(invocation.StartedAt, Now, invocation.RequestId),
        });
        Invocation = null;
    }

    /// <summary>The invocation that ends was cut off: whatever was under way in it was too.</summary>
    public void NoteCutOff()
    {
        var cutOff = _state.UnderWay.Where(operation => !_changed.ContainsKey(operation.Id)).Concat(_changed.Values.Where(static operation => operation.Kind.IsUnderWay(operation)));
        foreach (var operation in cutOff.OrderBy(static operation => operation.StartedEvent).ToList()) Apply(new Transition(operation.Kind.OnCutOff(operation)));
    }

    public void Mark(CheckpointMark mark) => _mark = mark;

    /// <summary>Completes what is due, the earliest first; a tie is broken by start order, so that any node fires in the same order.</summary>
    /// <returns>True when anything was due.</returns>
    public bool FireDue()
    {
        var due = new PriorityQueue<string, (DateTimeOffset DueAt, long StartedEvent)>();
        foreach (var (operation, dueAt) in Dues()) AddIfDue(operation, dueAt);
        var fired = false;
        while (!IsTerminal && due.TryDequeue(out var id, out _))
        {
            var operation = Find(id)!; // timers belong to operations
            var context = Context(operationId: id);
            if (operation.Kind.OnTimer(operation, context) is not { } transition)
                throw new InvalidOperationException($"{operation.Kind} {id} is due but does not fire.");
            if (operation.Kind.HasHeartbeat(operation)) _guards.Add(new HeartbeatGuard(id, context.LastBeat));
            Apply(transition);
            AddIfDue(_changed[id], DueAt(_changed[id]));
            fired = true;
        }

        return fired;

        void AddIfDue(OperationRecord operation, DateTimeOffset? dueAt)
        {
            if (dueAt <= Now) due.Enqueue(operation.Id, (dueAt.Value, operation.StartedEvent));
        }
    }

    /// <summary>Everything with a timer that is due or comes next: changed operations, those with heartbeats, and the head of the timer list.</summary>
    private IEnumerable<(OperationRecord Operation, DateTimeOffset DueAt)> Dues()
    {
        foreach (var operation in _changed.Values)
        {
            if (DueAt(operation) is { } dueAt) yield return (operation, dueAt);
        }

        foreach (var (dueAt, id) in _state.Timers)
        {
            if (_changed.ContainsKey(id)) continue;
            var operation = _state.Find(id)!; // timers belong to operations
            var effective = DueAt(operation) ?? dueAt;
            yield return (operation, effective);

            // The list is sorted: past the first that is neither due nor postponed by a heartbeat, nothing can be earlier.
            if (effective == dueAt && dueAt > Now) yield break;
        }
    }

    private DateTimeOffset? DueAt(OperationRecord operation) =>
        operation.Kind.DueAt(operation, _facts.Heartbeats.TryGetValue(operation.Id, out var beat) ? beat : null);

    public DateTimeOffset? EarliestTimer()
    {
        DateTimeOffset? earliest = null;
        foreach (var (_, dueAt) in Dues())
        {
            if (earliest is null || dueAt < earliest) earliest = dueAt;
        }

        return earliest;
    }

    public int WakeableCount
    {
        get
        {
            var count = _state.WakeableCount;
            foreach (var operation in _changed.Values)
            {
                if (_state.Find(operation.Id) is { } old && old.Kind.CanWake(old)) count--;
                if (operation.Kind.CanWake(operation)) count++;
            }

            return count;
        }
    }

    private bool HasChanges => _events.Count > 0 || _changed.Count > 0 || Invocation != _state.Invocation || Control != _state.Control;

    /// <summary>The decision, with the row it implies.</summary>
    public Decision Build()
    {
        if (!HasChanges && _mark is null) return new Decision(null, default, null, []);
        var entry = new EntryChanges
        {
            At = Now,
            FirstEventId = _state.LastEventId + 1,
            Events = _events,
            Operations = [.. _order.Select(id => _changed[id])],
            Began = Invocation is not null && Invocation != _state.Invocation ? Invocation : null,
            EndedInvocation = _state.Invocation is not null && Invocation != _state.Invocation,
            Checkpoint = _mark,
            Control = Control != _state.Control || _state.Version == 0 ? Control : null,
        };
        return new Decision(entry, Payloads.Written, NeedsRow ? Row() : null, _guards)
        {
            Children = _children,
            Unseen = entry.Began is null ? [] : [.. _state.ChangedAfter(_state.Seen).Select(static operation => operation.Id).Union(_order)],
        };
    }

    /// <summary>The row changes only when status, wake or lease do; a checkpoint of a running invocation touches none of them.</summary>
    private bool NeedsRow =>
        _state.Version == 0 || _state.Invocation is null || Invocation != _state.Invocation || IsTerminal || ExecutionState.StatusOf(Execution) != _state.Status;

    public RowState Row()
    {
        var execution = Execution;
        var leased = Invocation is not null && execution.IsOpen;
        var needsAttention = execution.IsOpen || Control.Attention == ExecutionAttention.Uncompensated;
        var (queue, wakeAt) = WakeRule.Of(
            _state.Identity.Function, !execution.IsOpen, leased ? Now + _facts.Rules.LeaseDuration : null, Control, ExecutionKind.PauseOf(execution) is not null, EarliestTimer(), Now);
        return new RowState
        {
            Status = Control.DeletedAt is null ? ExecutionState.StatusOf(execution) : ExecutionStatus.Deleting,
            Queue = queue,
            WakeAt = wakeAt,
            LeaseOwner = leased ? Invocation!.Owner : null, // leased means that there is one
            LeaseEpoch = Math.Max(Invocation?.Epoch ?? 0, _state.Epoch),
            EndedAt = execution.IsOpen ? null : execution.EndedAt,
            ExpiresAt = execution.IsOpen ? null : Control.DeletedAt ?? (execution.EndedAt + Retention(execution)),
            Attention = needsAttention ? Control.Attention : ExecutionAttention.None,
            AttentionReason = needsAttention ? Control.Reason : null,
        };
    }

    // Of a plain call nothing is kept once its caller has the outcome.
    private TimeSpan Retention(OperationRecord execution)
    {
        if (_state.Identity.IsHidden && !Control.OwesCaller) return TimeSpan.Zero;
        return ExecutionKind.SettingsOf(execution).RetentionDays is var days and > 0 ? TimeSpan.FromDays(days) : _facts.Rules.DefaultRetention;
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private sealed class MachineContext(EntryBuilder builder) : TransitionContext
    {
        public override DateTimeOffset Now => builder.Now;

        public override PayloadSlice Record(ErrorObject error) => builder.Payloads.Record(error);

        public override void StartChild(InvokeTarget target, string operationId, PayloadSlice? input) => builder._children.Add(new ChildStart(
            (ChildPlan)(target.Start ?? throw new InvalidOperationException("A target that was refused is not started.")), new ExecutionCaller(builder._state.Identity.Key.Value, operationId), input));

        public override string MintCallbackId(string operationId) => builder._facts.Signer.SignCallback(
            new CallbackAddress(builder._state.Identity.Key, operationId), builder._facts.Ids.NextNonce());
    }
}
