using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations;

/// <summary>One operation as the journal remembers it: everything but the payload bytes.</summary>
internal sealed record OperationRecord
{
    public required string Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required OperationStatus Status { get; init; }

    public string? ParentId { get; init; }

    public string? Name { get; init; }

    public string? SubType { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or, between attempts, when the last attempt ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Event id of the first START.</summary>
    public long StartedEvent { get; init; }

    /// <summary>Event id of the end; 0 while open.</summary>
    public long EndedEvent { get; init; }

    /// <summary>Event id of a signal while it was open; 0 for none.</summary>
    public long SignalledEvent { get; init; }

    public PayloadSlice? Result { get; init; }

    public PayloadSlice? Error { get; init; }

    public KindState? State { get; init; }

    public bool IsOpen => !Status.IsTerminal();

    /// <summary>A new operation, as its first update names it.</summary>
    public static OperationRecord Open(OperationKind kind, OperationUpdate update, DateTimeOffset now) => new()
    {
        Id = update.Id,
        Kind = kind,
        Status = OperationStatus.Started,
        ParentId = update.ParentId,
        Name = update.Name,
        SubType = update.SubType,
        StartedAt = now,
    };

    public Operation Describe(PayloadReader payloads) => Kind.Describe(
        new Operation
        {
            Id = Id,
            Type = Kind.Type,
            Status = Status,
            Name = Name,
            ParentId = ParentId,
            SubType = SubType,
            StartTimestamp = StartedAt,
            EndTimestamp = EndedAt,
            Sequence = new OperationSequence(StartedEvent, EndedEvent == 0 ? null : EndedEvent) { Signalled = SignalledEvent == 0 ? null : SignalledEvent },
        },
        this,
        payloads);
}

/// <summary>What one update means: the operation afterwards, and the events to record, in order.</summary>
internal sealed record Transition(OperationRecord Operation, params EventRecord[] Events)
{
    /// <summary>Whether the function is told of it at its place in the order, although the operation stays open.</summary>
    public bool IsSignal { get; init; }
}

/// <summary>One event as the journal remembers it. Its number and time are those of its entry.</summary>
internal sealed record EventRecord(string Type)
{
    /// <summary>The operation concerned; filled in by the machine; null for events of no operation.</summary>
    public string? OperationId { get; init; }

    public PayloadSlice? Payload { get; init; }

    public PayloadSlice? Error { get; init; }

    public EventFacts? Facts { get; init; }
}

/// <summary>What only one kind of event carries besides payloads. Written here, read by the kind.</summary>
internal abstract record EventFacts
{
    public abstract void Write(Utf8JsonWriter json);
}

/// <summary>The facts that a transition may depend on. There are no others: no clock, no randomness, no I/O.</summary>
internal abstract class TransitionContext
{
    public abstract DateTimeOffset Now { get; }

    /// <summary>Where the update's payload lies; null when it has none.</summary>
    public PayloadSlice? Payload { get; init; }

    /// <summary>Where the update's error lies; null when it has none.</summary>
    public PayloadSlice? Error { get; init; }

    /// <summary>The latest heartbeat of the operation; null when there was none.</summary>
    public DateTimeOffset? LastBeat { get; init; }

    /// <summary>The function that the update wants started, as the shell found it; null when there is none.</summary>
    public InvokeTarget? Target { get; init; }

    /// <summary>After how many seconds what ended had timed out; 0 when it had not.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>Starts another execution in the same transaction; its end will complete this operation.</summary>
    public abstract void StartChild(InvokeTarget target, string operationId, PayloadSlice? input);

    /// <summary>Records an error that the service itself makes.</summary>
    public abstract PayloadSlice Record(ErrorObject error);

    /// <summary>An unguessable id by which the outside world completes the operation.</summary>
    public abstract string MintCallbackId(string operationId);
}

/// <summary>A function that can be started.</summary>
/// <param name="Version">The version that runs.</param>
/// <param name="Arn">The ARN that the new execution will have; null for a call that is no execution of its own.</param>
/// <param name="Start">What the shell needs to start it; rules pass it on.</param>
internal sealed record InvokeTarget(string? Version, string? Arn, object? Start)
{
    /// <summary>Why it is not started: the call fails with this. Null when it is.</summary>
    public ErrorObject? Refusal { get; init; }

    public static InvokeTarget Refused(string errorType, string message) =>
        new(null, null, null) { Refusal = new ErrorObject { ErrorType = errorType, ErrorMessage = message } };
}

/// <summary>Turns slices back into text when something is shown.</summary>
internal abstract class PayloadReader
{
    /// <summary>False when the reader was asked to leave payloads out.</summary>
    public virtual bool IncludesData => true;

    public abstract string? Text(PayloadSlice? slice);

    public abstract ErrorObject? Error(PayloadSlice? slice);

    public EventPayload EventPayload(PayloadSlice? slice) => IncludesData ? new(Text(slice), false) : new(null, true);

    public EventError EventError(PayloadSlice? slice) => IncludesData ? new(Error(slice), false) : new(null, true);
}
