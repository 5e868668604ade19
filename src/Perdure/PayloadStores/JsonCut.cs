using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Perdure.PayloadStores;

/// <summary>Makes valid JSON of the beginning of a JSON text: as much as fits, every bracket closed, a cut string ending in <c>…</c>.</summary>
internal static class JsonCut
{
    private const int CloserBytes = 1;
    private const string Ellipsis = "…";

    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <param name="json">JSON, or its beginning.</param>
    /// <param name="maxBytes">How much may come out.</param>
    public static string ToFit(ReadOnlySpan<byte> json, int maxBytes)
    {
        if (json.Length <= maxBytes) return Encoding.UTF8.GetString(json);
        var output = new ArrayBufferWriter<byte>(maxBytes);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true }))
            Copy(json, writer, maxBytes);
        return output.WrittenCount is > 0 and var size && size <= maxBytes ? Encoding.UTF8.GetString(output.WrittenSpan) : $"\"{Ellipsis}\"";
    }

    private static void Copy(ReadOnlySpan<byte> json, Utf8JsonWriter writer, int maxBytes)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        var open = new Stack<JsonTokenType>();
        string? name = null; // written only with its value
        string? cut = null;
        while (true)
        {
            if (!TryRead(ref reader))
            {
                var isValue = name is not null || !open.TryPeek(out var around) || around == JsonTokenType.StartArray;
                cut = isValue ? BeginningOfString(json[(int)reader.BytesConsumed..]) : null;
                break;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString();
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                Close(writer, open.Pop());
                continue;
            }

            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            if ((text is null ? reader.ValueSpan.Length : Size(text)) > Room(name))
            {
                cut = text;
                break;
            }

            WriteName(writer, name);
            name = null;
            WriteToken(ref reader, writer, open);
        }

        if (cut is not null && CutTo(cut, Room(name)) is { } beginning)
        {
            WriteName(writer, name);
            writer.WriteStringValue(beginning);
        }

        while (open.TryPop(out var token)) Close(writer, token);

        // What a value may take: beside it a comma, quotes and a colon, its name, and every bracket that must be closed, its own included.
        int Room(string? pending) => maxBytes - (int)(writer.BytesCommitted + writer.BytesPending)
            - (pending is null ? 0 : Size(pending) + 3) - (CloserBytes * (open.Count + 1)) - 3;
    }

    /// <summary>The string whose beginning the rest of the text is; null when it is something else.</summary>
    private static string? BeginningOfString(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \r\n\t,:"u8);
        if (rest.Length < 2 || rest[0] != '"') return null;
        Span<byte> closed = new byte[rest.Length + 1];

        // The end may be half a character or half an escape: at most two escapes of six bytes, as a surrogate pair has.
        for (var dropped = 0; dropped <= 12 && dropped < rest.Length - 1; dropped++)
        {
            var length = rest.Length - dropped;
            rest[..length].CopyTo(closed);
            closed[length] = (byte)'"';
            try
            {
                var reader = new Utf8JsonReader(closed[..(length + 1)]);
                if (reader.Read() && reader.GetString() is { } text && reader.BytesConsumed == length + 1) return text;
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                // Not yet at a whole character.
            }
        }

        return null;
    }

    private static bool TryRead(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false; // the text ends in the middle of a token
        }
    }

    private static void WriteToken(ref Utf8JsonReader reader, Utf8JsonWriter writer, Stack<JsonTokenType> open)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                open.Push(JsonTokenType.StartObject);
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                open.Push(JsonTokenType.StartArray);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(reader.GetString());
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan); // a number, true, false or null
                break;
        }
    }

    private static void WriteName(Utf8JsonWriter writer, string? name)
    {
        if (name is not null) writer.WritePropertyName(name);
    }

    private static void Close(Utf8JsonWriter writer, JsonTokenType token)
    {
        if (token == JsonTokenType.StartObject) writer.WriteEndObject();
        else writer.WriteEndArray();
    }

    private static int Size(string text) => JsonEncodedText.Encode(text, Encoder).EncodedUtf8Bytes.Length;

    /// <summary>The longest beginning that fits with an ellipsis, never half a surrogate pair; null when none does.</summary>
    private static string? CutTo(string text, int room)
    {
        var length = Math.Min(text.Length, room);
        while (length > 0)
        {
            if (char.IsHighSurrogate(text[length - 1])) length--;
            var size = Size(text[..length] + Ellipsis);
            if (size <= room) return text[..length] + Ellipsis;
            length = Math.Min(length - 1, (int)((long)length * room / size));
        }

        return null;
    }
}

/// <summary>Keeps the beginning of what is written and refuses the rest.</summary>
internal sealed class StartOfStream(int length) : Stream
{
    private readonly ArrayBufferWriter<byte> _buffer = new(Math.Max(1, length));

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _buffer.WrittenCount;

    public override long Position
    {
        get => _buffer.WrittenCount;
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var kept = Math.Min(buffer.Length, length - _buffer.WrittenCount);
        _buffer.Write(buffer[..kept]);
        if (kept < buffer.Length) throw new StreamFullException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Enough was written.</summary>
internal sealed class StreamFullException() : IOException("The preview is full.");
