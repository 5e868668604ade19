using System.Text.Json;
using System.Text.Unicode;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>A request's body as one JSON object; no body is an empty one. Members that nobody asks for are ignored.</summary>
internal readonly struct JsonBody
{
    /// <summary>A name that stands there twice is refused: which of the two is meant, a proxy that looked at the body may have seen otherwise.</summary>
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    private readonly JsonElement _json;

    private JsonBody(JsonElement json) => _json = json;

    /// <exception cref="ApiException">It is not a JSON object.</exception>
    public static JsonBody Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return default;
        try
        {
            RequireText(body.Span);
            var json = JsonElement.Parse(body.Span, Options);
            return json.ValueKind == JsonValueKind.Object ? new JsonBody(json) : throw Refused("The body must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw Refused($"The body is not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>Every name and value is whole characters: parsers find half of one where they stumble over it, which can be anywhere.</summary>
    private static void RequireText(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body)) throw Refused("The body is not UTF-8.");
        var json = new Utf8JsonReader(body);
        try
        {
            while (json.Read())
            {
                if (json.ValueIsEscaped) json.GetString();
            }
        }
        catch (InvalidOperationException error)
        {
            throw Refused("The body has half of a character (a lone surrogate), which is no text.", error);
        }
    }

    /// <summary>An element inside of a body, which must be an object.</summary>
    public static JsonBody Of(JsonElement json, string field) => json.ValueKind == JsonValueKind.Object ? new JsonBody(json) : throw Refused($"'{field}' must be a JSON object.");

    public JsonElement Element => _json;

    public bool IsEmpty => _json.ValueKind != JsonValueKind.Object || !_json.EnumerateObject().MoveNext();

    public string? Text(string name) => Find(name, JsonValueKind.String, "a string")?.GetString();

    public bool? Flag(string name) => Member(name) is { } value
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Refused($"'{name}' must be true or false.")
        : null;

    public int? Number(string name) => Find(name, JsonValueKind.Number, "a number") is { } number
        ? number.TryGetInt32(out var value) ? value : throw Refused($"'{name}' must be a whole number of 32 bits.")
        : null;

    public JsonBody Object(string name) => Find(name, JsonValueKind.Object, "an object") is { } value ? new JsonBody(value) : default;

    public IReadOnlyList<JsonElement> List(string name) => Find(name, JsonValueKind.Array, "a list") is { } list ? [.. list.EnumerateArray()] : [];

    public bool Has(string name) => Member(name) is not null;

    private JsonElement? Find(string name, JsonValueKind kind, string what) =>
        Member(name) is { } value ? value.ValueKind == kind ? value : throw Refused($"'{name}' must be {what}.") : null;

    private JsonElement? Member(string name) =>
        _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static ApiException Refused(string message, Exception? cause = null) => new(ApiErrors.Serialization, message, cause);
}
