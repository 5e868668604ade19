using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Operations;

/// <summary>How the journal spells what its records have in common: instants in milliseconds, slices as arrays, nothing for what is absent.</summary>
internal static class RecordJson
{
    public static string? Text(this JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    public static DateTimeOffset Instant(this JsonElement json, string name) => Instant(json.GetProperty(name));

    public static DateTimeOffset? OptionalInstant(this JsonElement json, string name) => json.TryGetProperty(name, out var at) ? Instant(at) : null;

    public static PayloadSlice? ReadSlice(this JsonElement json, string name) => json.TryGetProperty(name, out var slice)
        ? new PayloadSlice(slice[0].GetInt64(), slice[1].GetInt32(), slice[2].GetInt32())
        : null;

    /// <summary>A count of which none was written: 0.</summary>
    public static int CountOrZero(this JsonElement json, string name) => json.TryGetProperty(name, out var count) ? count.GetInt32() : 0;

    /// <summary>A number of which none was written: 0.</summary>
    public static long NumberOrZero(this JsonElement json, string name) => json.TryGetProperty(name, out var number) ? number.GetInt64() : 0;

    public static void WriteInstant(this Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } value) json.WriteNumber(name, value.ToUnixTimeMilliseconds());
    }

    public static void WriteSlice(this Utf8JsonWriter json, string name, PayloadSlice? slice)
    {
        if (slice is not { } value) return;
        json.WriteStartArray(name);
        json.WriteNumberValue(value.Version);
        json.WriteNumberValue(value.Offset);
        json.WriteNumberValue(value.Length);
        json.WriteEndArray();
    }

    private static DateTimeOffset Instant(JsonElement json) => DateTimeOffset.FromUnixTimeMilliseconds(json.GetInt64());
}
