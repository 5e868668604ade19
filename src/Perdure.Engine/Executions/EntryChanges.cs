using System.Text.Json;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>What one journal entry says: facts after the decision, in final form. State, history and timers are folds of these.</summary>
internal sealed record EntryChanges
{
    public required DateTimeOffset At { get; init; }

    /// <summary>Number of the first event; the others follow without a gap.</summary>
    public long FirstEventId { get; init; }

    public IReadOnlyList<EventRecord> Events { get; init; } = [];

    /// <summary>Operations that changed, as they are afterwards, in order of their last change.</summary>
    public IReadOnlyList<OperationRecord> Operations { get; init; } = [];

    /// <summary>An invocation begins with this entry.</summary>
    public InvocationRecord? Began { get; init; }

    /// <summary>The current invocation ends with this entry.</summary>
    public bool EndedInvocation { get; init; }

    /// <summary>This entry is an accepted checkpoint.</summary>
    public CheckpointMark? Checkpoint { get; init; }

    /// <summary>How the execution is steered from here on; null when that did not change.</summary>
    public ControlState? Control { get; init; }
}

/// <summary>One invocation, from its beginning.</summary>
/// <param name="Epoch">Number of the reservation it began with; fences out every earlier one.</param>
/// <param name="Owner">The node that runs it.</param>
/// <param name="RequestId">Its public identity.</param>
/// <param name="Nonce">Unguessable part of its tokens.</param>
/// <param name="StartedAt">When it began.</param>
internal sealed record InvocationRecord(long Epoch, string Owner, string RequestId, string Nonce, DateTimeOffset StartedAt);

/// <summary>Identity of an accepted checkpoint, so that its repetition is answered alike.</summary>
internal sealed record CheckpointMark(string? ClientToken, long InboundVersion);

/// <summary>How the execution is steered between invocations.</summary>
/// <param name="OwesInvocation">Something happened that the function has not been told.</param>
/// <param name="Crashes">Invocations in a row that crashed without progress.</param>
/// <param name="RetryAt">Not before this instant; the delay after a crash.</param>
/// <param name="Attention">Why nothing happens although it should.</param>
/// <param name="Reason">Details of it.</param>
internal sealed record ControlState(bool OwesInvocation, int Crashes, DateTimeOffset? RetryAt, ExecutionAttention Attention, string? Reason)
{
    /// <summary>It is over, and the operation of another execution that waits for that has not been told.</summary>
    public bool OwesCaller { get; init; }

    /// <summary>Since when it is to be deleted; null while its retention decides.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public static ControlState Initial { get; } = new(true, 0, null, ExecutionAttention.None, null);
}

/// <summary>What an InvocationCompleted event carries.</summary>
internal sealed record InvocationFacts(DateTimeOffset StartedAt, DateTimeOffset EndedAt, string RequestId) : EventFacts
{
    public const string EventType = "InvocationCompleted";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteInstant("b", StartedAt);
        json.WriteInstant("e", EndedAt);
        json.WriteString("r", RequestId);
    }

    public static InvocationFacts Read(JsonElement json) => new(
        json.Instant("b"),
        json.Instant("e"),
        json.GetProperty("r").GetString()!); // always written
}
