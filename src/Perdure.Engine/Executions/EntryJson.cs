using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>The stored form of entries and snapshots. Short names: one entry is written per checkpoint.</summary>
/// <remarks>A member is never renamed or given another meaning; a reader ignores members it does not know.</remarks>
internal static class EntryJson
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? t_writer;

    public static byte[] Write(EntryChanges entry) => Write(entry, static (json, entry) =>
    {
        json.WriteInstant("t", entry.At);
        if (entry.Events.Count > 0)
        {
            json.WriteNumber("e", entry.FirstEventId);
            json.WriteStartArray("v");
            var place = 0;
            foreach (var e in entry.Events) WriteEvent(json, e, entry.Operations, ref place);
            json.WriteEndArray();
        }

        WriteOperations(json, entry.Operations);
        if (entry.Began is { } began) WriteInvocation(json, "b", began);
        if (entry.EndedInvocation) json.WriteBoolean("x", true);
        if (entry.Checkpoint is { } mark) WriteMark(json, mark);
        if (entry.Control is { } control) WriteControl(json, control);
    });

    public static byte[] Write<T>(T value, Action<Utf8JsonWriter, T> body)
    {
        var (buffer, json) = t_writer ??= NewWriter();
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        body(json, value);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    public static EntryChanges Read(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var json = document.RootElement;
        var operations = ReadOperations(json);
        return new EntryChanges
        {
            At = json.Instant("t"),
            FirstEventId = json.NumberOrZero("e"),
            Events = json.TryGetProperty("v", out var events) ? [.. events.EnumerateArray().Select(e => ReadEvent(e, operations))] : [],
            Operations = operations,
            Began = json.TryGetProperty("b", out var began) ? ReadInvocation(began) : null,
            EndedInvocation = json.TryGetProperty("x", out _),
            Checkpoint = ReadMark(json),
            Control = ReadControl(json),
        };
    }

    public static void WriteMark(Utf8JsonWriter json, CheckpointMark mark)
    {
        json.WriteStartObject("c");
        if (mark.ClientToken is not null) json.WriteString("k", mark.ClientToken);
        json.WriteNumber("v", mark.InboundVersion);
        json.WriteEndObject();
    }

    public static CheckpointMark? ReadMark(JsonElement json) => json.TryGetProperty("c", out var mark)
        ? new CheckpointMark(mark.Text("k"), mark.GetProperty("v").GetInt64())
        : null;

    public static void WriteControl(Utf8JsonWriter json, ControlState control)
    {
        json.WriteStartObject("s");
        if (control.OwesInvocation) json.WriteBoolean("o", true);
        if (control.Crashes != 0) json.WriteNumber("c", control.Crashes);
        json.WriteInstant("r", control.RetryAt);
        if (control.Attention != ExecutionAttention.None) json.WriteString("a", control.Attention.ToString());
        if (control.Reason is { } reason) json.WriteString("w", reason);
        if (control.OwesCaller) json.WriteBoolean("p", true);
        json.WriteInstant("d", control.DeletedAt);
        json.WriteEndObject();
    }

    public static ControlState? ReadControl(JsonElement json)
    {
        if (!json.TryGetProperty("s", out var control)) return null;
        var attention = control.Text("a");
        return new ControlState(
            control.TryGetProperty("o", out _),
            control.CountOrZero("c"),
            control.OptionalInstant("r"),
            attention is null ? ExecutionAttention.None
                : Enum.TryParse<ExecutionAttention>(attention, out var known) && known.ToString() == attention ? known
                : throw new UnknownWireValueException("attention", attention),
            control.Text("w"))
        {
            OwesCaller = control.TryGetProperty("p", out _),
            DeletedAt = control.OptionalInstant("d"),
        };
    }

    public static void WriteInvocation(Utf8JsonWriter json, string name, InvocationRecord invocation)
    {
        json.WriteStartObject(name);
        json.WriteNumber("e", invocation.Epoch);
        json.WriteString("o", invocation.Owner);
        json.WriteString("r", invocation.RequestId);
        json.WriteString("n", invocation.Nonce);
        json.WriteInstant("t", invocation.StartedAt);
        json.WriteEndObject();
    }

    public static InvocationRecord ReadInvocation(JsonElement json) => new(
        json.GetProperty("e").GetInt64(),
        json.GetProperty("o").GetString()!, // always written, as the two below
        json.GetProperty("r").GetString()!,
        json.GetProperty("n").GetString()!,
        json.Instant("t"));

    public static void WriteOperations(Utf8JsonWriter json, IReadOnlyCollection<OperationRecord> operations)
    {
        if (operations.Count == 0) return;
        json.WriteStartArray("o");
        foreach (var operation in operations)
        {
            json.WriteStartObject();
            json.WriteString("i", operation.Id);
            json.WriteString("k", operation.Kind.Type);
            json.WriteString("s", WireNames.Of(operation.Status));
            if (operation.ParentId is { } parent) json.WriteString("p", parent);
            if (operation.Name is { } name) json.WriteString("n", name);
            if (operation.SubType is { } subType) json.WriteString("u", subType);
            json.WriteInstant("b", operation.StartedAt);
            json.WriteInstant("f", operation.EndedAt);
            json.WriteNumber("q", operation.StartedEvent);
            if (operation.SignalledEvent != 0) json.WriteNumber("g", operation.SignalledEvent);
            if (operation.EndedEvent != 0) json.WriteNumber("z", operation.EndedEvent);
            json.WriteSlice("r", operation.Result);
            json.WriteSlice("x", operation.Error);
            if (operation.State is { } state)
            {
                json.WriteStartObject("d");
                operation.Kind.WriteState(json, state);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static IReadOnlyList<OperationRecord> ReadOperations(JsonElement json)
    {
        if (!json.TryGetProperty("o", out var array)) return [];
        var operations = new OperationRecord[array.GetArrayLength()];
        var next = 0;
        foreach (var item in array.EnumerateArray())
        {
            var kind = OperationKinds.Get(item.GetProperty("k").GetString() ?? "");
            operations[next++] = new OperationRecord
            {
                Id = item.GetProperty("i").GetString()!, // always written
                Kind = kind,
                Status = WireNames.Status(item.GetProperty("s").GetString() ?? ""),
                ParentId = item.Text("p"),
                Name = item.Text("n"),
                SubType = item.Text("u"),
                StartedAt = item.Instant("b"),
                EndedAt = item.OptionalInstant("f"),
                StartedEvent = item.GetProperty("q").GetInt64(),
                EndedEvent = item.NumberOrZero("z"),
                SignalledEvent = item.NumberOrZero("g"),
                Result = item.ReadSlice("r"),
                Error = item.ReadSlice("x"),
                State = item.TryGetProperty("d", out var state) ? kind.ReadState(state) : null,
            };
        }

        return operations;
    }

    // An event names its operation by place in the same entry: ids are long, and every event's operation is there.
    // Events mostly follow each other as their operations do: the next place is looked for from the last one on.
    private static void WriteEvent(Utf8JsonWriter json, EventRecord record, IReadOnlyList<OperationRecord> operations, ref int place)
    {
        json.WriteStartObject();
        json.WriteString("k", record.Type);
        if (record.OperationId is { } id)
        {
            for (var tried = 1; operations[place].Id != id; tried++)
            {
                if (tried == operations.Count) throw new UnreachableException($"{record.Type} is an event of {id}, which did not change in its entry.");
                place = (place + 1) % operations.Count;
            }

            json.WriteNumber("o", place);
        }

        json.WriteSlice("r", record.Payload);
        json.WriteSlice("x", record.Error);
        if (record.Facts is { } facts)
        {
            json.WriteStartObject("d");
            facts.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static EventRecord ReadEvent(JsonElement json, IReadOnlyList<OperationRecord> operations)
    {
        var operation = json.TryGetProperty("o", out var place) ? operations[place.GetInt32()] : null;
        var hasFacts = json.TryGetProperty("d", out var facts);
        return new EventRecord(json.GetProperty("k").GetString()!) // always written
        {
            OperationId = operation?.Id,
            Payload = json.ReadSlice("r"),
            Error = json.ReadSlice("x"),
            Facts = !hasFacts ? null : operation is null ? InvocationFacts.Read(facts) : operation.Kind.ReadFacts(facts),
        };
    }
}
