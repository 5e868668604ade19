using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations.Execution;

/// <summary>The rules of EXECUTION: the run itself, as the first of its own operations.</summary>
internal sealed class ExecutionKind : OperationKind
{
    public override string Type => OperationTypes.Execution;

    /// <summary>The run begins: its input is recorded, its deadline is set.</summary>
    public Transition Start(string executionId, string name, ExecutionSettings settings, TransitionContext context)
    {
        var state = new ExecutionState(context.Payload, settings);
        var operation = new OperationRecord
        {
            Id = executionId,
            Kind = this,
            Status = OperationStatus.Started,
            Name = name,
            StartedAt = context.Now,
            State = state,
        };
        return new Transition(operation, new EventRecord("ExecutionStarted")
        {
            Payload = context.Payload,
            Facts = new ExecutionFacts(settings.TimeoutSeconds),
        });
    }

    /// <summary>The run ends, for whichever reason.</summary>
    public static Transition Close(OperationRecord execution, OperationStatus status, TransitionContext context) => new(
        execution with { Status = status, EndedAt = context.Now, Result = context.Payload, Error = context.Error },
        new EventRecord(status switch
        {
            OperationStatus.Succeeded => "ExecutionSucceeded",
            OperationStatus.Failed => "ExecutionFailed",
            OperationStatus.TimedOut => "ExecutionTimedOut",
            OperationStatus.Stopped => "ExecutionStopped",
            _ => throw InvalidAction(),
        })
        {
            Payload = context.Payload,
            Error = context.Error,
        });

    /// <summary>Somebody wants the run to end in an orderly way: the function is told, and decides.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="reason">Why, for people; empty for no reason given.</param>
    public static Transition RequestCancel(OperationRecord execution, string reason) => new(
        execution with { State = StateOf(execution) with { CancelReason = reason } },
        new EventRecord("ExecutionCancelRequested") { Facts = new ReasonFacts(reason) })
    {
        IsSignal = true,
    };

    public static bool IsCancelRequested(OperationRecord execution) => StateOf(execution).CancelReason is not null;

    /// <summary>Somebody wants the run to pause: with nothing under way it does at once, else when the running invocation is cut short.</summary>
    public static Transition RequestPause(OperationRecord execution, string reason, bool pausesTimeout, DateTimeOffset now) => new(
        execution with { State = StateOf(execution) with { Pause = new PauseState(now, pausesTimeout, reason, EffectiveAt: null) } });

    /// <summary>A pause that was asked for takes effect.</summary>
    public static Transition Pause(OperationRecord execution, DateTimeOffset now)
    {
        var pause = PauseOf(execution) ?? throw new InvalidOperationException("No pause was asked for.");
        return new Transition(
            execution with { State = StateOf(execution) with { Pause = pause with { EffectiveAt = now } } },
            new EventRecord("ExecutionPaused") { Facts = new ReasonFacts(pause.Reason) });
    }

    /// <summary>The pause is over. One that had not taken effect leaves no trace; one that stopped the timeout has put it off.</summary>
    public static Transition Resume(OperationRecord execution, string reason, DateTimeOffset now)
    {
        var state = StateOf(execution);
        if (state.Pause is not { EffectiveAt: { } since } pause) return new Transition(execution with { State = state with { Pause = null } });
        return new Transition(
            execution with { State = state with { Pause = null, Extension = state.Extension + (pause.PausesTimeout ? now - since : TimeSpan.Zero) } },
            new EventRecord("ExecutionResumed") { Facts = new ReasonFacts(reason) });
    }

    /// <summary>The pause that was asked for; null when there is none.</summary>
    public static PauseState? PauseOf(OperationRecord execution) => StateOf(execution).Pause;

    // Other SDKs know no EXECUTION among what changed; only who asked for cancellations meets one.
    public override bool IsTold(OperationRecord operation) => IsCancelRequested(operation);

    /// <summary>An EXECUTION update closes the run; its own id is ignored, it is always about this execution.</summary>
    public override Transition Apply(OperationUpdate update, OperationRecord? current, TransitionContext context)
    {
        if (current is not { IsOpen: true }) throw new InvalidTransitionException("Invalid EXECUTION action.");
        return update.Action switch
        {
            OperationAction.Succeed => Close(current, OperationStatus.Succeeded, context),
            OperationAction.Fail => Close(current, OperationStatus.Failed, context),
            _ => throw new InvalidTransitionException("Invalid EXECUTION action."),
        };
    }

    public override DateTimeOffset? DueAt(OperationRecord operation, DateTimeOffset? lastBeat) =>
        operation.IsOpen && SettingsOf(operation).TimeoutSeconds > 0 && StateOf(operation) is var state && state.Pause is not { PausesTimeout: true, EffectiveAt: not null }
            ? operation.StartedAt.AddSeconds(SettingsOf(operation).TimeoutSeconds) + state.Extension
            : null;

    /// <summary>The deadline that the run's code is told: without what pauses put it off by, as that would differ from replay to replay.</summary>
    public static DateTimeOffset? ToldDeadline(OperationRecord execution) =>
        SettingsOf(execution).TimeoutSeconds is var seconds and > 0 ? execution.StartedAt.AddSeconds(seconds) : null;

    public override Transition? OnTimer(OperationRecord operation, TransitionContext context)
    {
        if (!(DueAt(operation, null) <= context.Now)) return null;
        var error = context.Record(new ErrorObject
        {
            ErrorType = "Execution.Timeout",
            ErrorMessage = $"Execution timed out after {SettingsOf(operation).TimeoutSeconds} seconds.",
        });
        return new Transition(
            operation with { Status = OperationStatus.TimedOut, EndedAt = context.Now, Error = error },
            new EventRecord("ExecutionTimedOut") { Error = error });
    }

    public static ExecutionSettings SettingsOf(OperationRecord execution) => StateOf(execution).Settings;

    public override PayloadSlice? InputOf(OperationRecord execution) => StateOf(execution).Input;

    public override Operation Describe(Operation operation, OperationRecord record, PayloadReader payloads) =>
        operation with
        {
            ExecutionDetails = new ExecutionDetails { InputPayload = payloads.Text(StateOf(record).Input), CancelReason = StateOf(record).CancelReason },
        };

    public override HistoryEvent Describe(HistoryEvent historyEvent, EventRecord record, PayloadReader payloads)
    {
        switch (record.Type)
        {
            case "ExecutionStarted":
                var facts = (ExecutionFacts)record.Facts!; // written by Start
                return historyEvent with
                {
                    ExecutionStartedDetails = new ExecutionStartedDetails(payloads.EventPayload(record.Payload), facts.TimeoutSeconds),
                };
            case "ExecutionSucceeded":
                return historyEvent with { ExecutionSucceededDetails = new ExecutionSucceededDetails(payloads.EventPayload(record.Payload)) };
            case "ExecutionPaused":
                return historyEvent with { ExecutionPausedDetails = new ExecutionPausedDetails(((ReasonFacts)record.Facts!).Describe(payloads)) }; // written by Pause
            case "ExecutionResumed":
                return historyEvent with { ExecutionResumedDetails = new ExecutionResumedDetails(((ReasonFacts)record.Facts!).Describe(payloads)) }; // written by Resume
            case "ExecutionCancelRequested":
                return historyEvent with { ExecutionCancelRequestedDetails = new ExecutionCancelRequestedDetails(((ReasonFacts)record.Facts!).Describe(payloads)) }; // written by RequestCancel
            case "ExecutionFailed":
                return historyEvent with { ExecutionFailedDetails = new ExecutionFailedDetails(payloads.EventError(record.Error)) };
            case "ExecutionTimedOut":
                return historyEvent with { ExecutionTimedOutDetails = new ExecutionTimedOutDetails(payloads.EventError(record.Error)) };
            case "ExecutionStopped":
                return historyEvent with { ExecutionStoppedDetails = new ExecutionStoppedDetails(payloads.EventError(record.Error)) };
            default:
                throw UnknownEvent(record.Type);
        }
    }

    private static ExecutionState StateOf(OperationRecord operation) => (ExecutionState)operation.State!; // every EXECUTION is opened with one

    public override void WriteState(Utf8JsonWriter json, KindState state)
    {
        var (input, settings) = (ExecutionState)state;
        WritePause(json, (ExecutionState)state);
        if (((ExecutionState)state).CancelReason is { } reason) json.WriteString("x", reason);
        json.WriteNumber("t", settings.TimeoutSeconds);
        if (settings.RetentionDays != 0) json.WriteNumber("d", settings.RetentionDays);
        if (settings.TenantId is { } tenant) json.WriteString("n", tenant);
        if (settings.Caller is { } caller)
        {
            json.WriteNumber("c", caller.ExecutionKey);
            json.WriteString("o", caller.OperationId);
        }

        json.WriteSlice("i", input);
    }

    private static void WritePause(Utf8JsonWriter json, ExecutionState state)
    {
        if (state.Extension != TimeSpan.Zero) json.WriteNumber("e", (long)state.Extension.TotalMilliseconds);
        if (state.Pause is not { } pause) return;
        json.WriteStartObject("p");
        json.WriteInstant("t", pause.RequestedAt);
        if (pause.PausesTimeout) json.WriteBoolean("s", true);
        json.WriteString("r", pause.Reason);
        json.WriteInstant("e", pause.EffectiveAt);
        json.WriteEndObject();
    }

    private static PauseState? ReadPause(JsonElement json) => json.TryGetProperty("p", out var pause)
        ? new PauseState(pause.Instant("t"), pause.TryGetProperty("s", out _), pause.Text("r") ?? "", pause.OptionalInstant("e"))
        : null;

    public override KindState ReadState(JsonElement json) => new ExecutionState(
        json.ReadSlice("i"),
        new ExecutionSettings(
            json.GetProperty("t").GetInt32(),
            json.CountOrZero("d"),
            json.TryGetProperty("c", out var caller) ? new ExecutionCaller(caller.GetInt64(), json.GetProperty("o").GetString()!) : null) // written in pairs
        {
            TenantId = json.Text("n"),
        })
    {
        CancelReason = json.Text("x"),
        Pause = ReadPause(json),
        Extension = json.TryGetProperty("e", out var extension) ? TimeSpan.FromMilliseconds(extension.GetInt64()) : TimeSpan.Zero,
    };

    public override EventFacts ReadFacts(JsonElement json) =>
        json.TryGetProperty("r", out var reason) ? new ReasonFacts(reason.GetString() ?? "") : new ExecutionFacts(json.GetProperty("t").GetInt32());

    private sealed record ExecutionState(PayloadSlice? Input, ExecutionSettings Settings) : KindState
    {
        /// <summary>Why it is to be cancelled; null while it is not.</summary>
        public string? CancelReason { get; init; }

        public PauseState? Pause { get; init; }

        /// <summary>By how much pauses have put off the timeout.</summary>
        public TimeSpan Extension { get; init; }
    }

    private sealed record ReasonFacts(string Reason) : EventFacts
    {
        public EventPayload Describe(PayloadReader payloads) => payloads.IncludesData ? new(Reason, false) : new(null, true);

        public override void Write(Utf8JsonWriter json) => json.WriteString("r", Reason);
    }

    private sealed record ExecutionFacts(int TimeoutSeconds) : EventFacts
    {
        public override void Write(Utf8JsonWriter json) => json.WriteNumber("t", TimeoutSeconds);
    }
}

/// <summary>What an execution is started with, besides its input.</summary>
/// <param name="TimeoutSeconds">Seconds until it times out.</param>
/// <param name="RetentionDays">Days for which it is kept when it is over; 0 for the host's default.</param>
/// <param name="Caller">Who waits for its end; null when nobody does.</param>
internal sealed record ExecutionSettings(int TimeoutSeconds, int RetentionDays, ExecutionCaller? Caller)
{
    /// <summary>The tenant on whose behalf it runs; null for a function without tenants.</summary>
    public string? TenantId { get; init; }
}

/// <summary>A pause that was asked for.</summary>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="PausesTimeout">Whether the run's timeout stands still meanwhile.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="EffectiveAt">Since when nothing is invoked; null while an invocation is still to be cut short.</param>
internal sealed record PauseState(DateTimeOffset RequestedAt, bool PausesTimeout, string Reason, DateTimeOffset? EffectiveAt);

/// <summary>The operation of another execution that waits for this one's end.</summary>
internal sealed record ExecutionCaller(long ExecutionKey, string OperationId);
