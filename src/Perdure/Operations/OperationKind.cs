using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations;

/// <summary>The rules of one kind of operation, on the service's side: pure functions from (record, update, facts) to a transition.</summary>
/// <remarks>
/// Everything that the engine knows of a kind it learns here; no engine code names a kind. A kind is stateless, one instance serves
/// all. SDK code never calls a kind: what a function sees, it sees through the protocol.
/// </remarks>
internal abstract class OperationKind
{
    /// <summary>The wire's word for this kind.</summary>
    public abstract string Type { get; }

    /// <summary>What an update means. <paramref name="current"/> is null when no operation with this id exists.</summary>
    /// <exception cref="InvalidTransitionException">The update is not allowed in this state.</exception>
    public abstract Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context);

    /// <summary>The earliest instant at which time alone changes this operation; null for never.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="lastBeat">The latest heartbeat known for it; null when none is known.</param>
    public virtual DateTimeOffset? DueAt(OperationRecord operation, DateTimeOffset? lastBeat) => null;

    /// <summary>What the passing of time means; null when, all facts considered, nothing is due yet.</summary>
    public virtual Transition? OnTimer(OperationRecord operation, TransitionContext context) => null;

    /// <summary>Whether heartbeats can postpone this operation's timer.</summary>
    public virtual bool HasHeartbeat(OperationRecord operation) => false;

    /// <summary>Whether the service alone can move this operation on, so that a handler may answer PENDING.</summary>
    public virtual bool CanWake(OperationRecord operation) => false;

    /// <summary>Whether the finished operation's descendants stay visible because its value is rebuilt from them.</summary>
    public virtual bool KeepsChildren(OperationRecord operation) => false;

    /// <summary>Where the operation's recorded input lies; null when this kind records none.</summary>
    public virtual PayloadSlice? InputOf(OperationRecord operation) => null;

    /// <summary>Whether other operations may name this one as their parent.</summary>
    public virtual bool CanHaveChildren => false;

    /// <summary>Whether the same batch may hold this first and that second update of one operation.</summary>
    public virtual bool MayFollowInBatch(OperationAction first, OperationAction second) => false;

    /// <summary>The function that this update wants started; null for none.</summary>
    public virtual InvokeCall? TargetOf(OperationUpdate update) => null;

    /// <summary>Whether a running function is told of a change of this operation.</summary>
    public virtual bool IsTold(OperationRecord operation) => true;

    /// <summary>Whether the handler is in the middle of this operation, as far as the record says.</summary>
    public virtual bool IsUnderWay(OperationRecord operation) => false;

    /// <summary>The handler was cut off in the middle of it. No event: it may only keep count.</summary>
    public virtual OperationRecord OnCutOff(OperationRecord operation) => operation;

    /// <summary>The outside world ends the operation.</summary>
    /// <exception cref="InvalidTransitionException">This kind is not ended from outside, or the operation is closed.</exception>
    public virtual Transition Complete(OperationRecord operation, OperationStatus outcome, TransitionContext context) =>
        throw new InvalidTransitionException($"A {Type} operation cannot be completed from outside.");

    /// <summary>Whether this id, given out for answers, is the operation's own.</summary>
    public virtual bool Answers(OperationRecord operation, string callbackId) => false;

    /// <summary>The public form: adds this kind's details.</summary>
    public abstract Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads);

    /// <summary>The public form of an event of this kind: adds its details.</summary>
    public abstract HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads);

    public virtual void WriteState(Utf8JsonWriter json, KindState state) => throw new InvalidOperationException($"{Type} has no state.");

    public virtual KindState ReadState(JsonElement json) => throw new InvalidOperationException($"{Type} has no state.");

    public virtual EventFacts ReadFacts(JsonElement json) => throw new InvalidOperationException($"{Type} events have no facts.");

    protected static InvalidTransitionException InvalidAction() => new("Invalid action for the given operation type.");

    protected static InvalidTransitionException UnknownEvent(string eventType) => new($"Unknown event type '{eventType}'.");

    public sealed override string ToString() => Type;
}

/// <summary>A call that an update asks for.</summary>
internal readonly record struct InvokeCall(string FunctionName, string? TenantId);

/// <summary>What only one kind remembers of its operations. Written and read by that kind.</summary>
internal abstract record KindState;

/// <summary>The service refuses an update: the caller is wrong, nothing was changed. The text is the wire's.</summary>
internal sealed class InvalidTransitionException(string message) : DurableExecutionException(message);
