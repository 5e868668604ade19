using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Perdure.Protocol;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>An answer, complete in memory: nothing is sent before it is known to be whole.</summary>
internal sealed record ApiResult(int Status, ReadOnlyMemory<byte> Body = default, string? ContentType = null)
{
    // Letters of every script stay as they are; what HTML gives a meaning to is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Headers besides content type and length.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>An answer without members.</summary>
    public static ApiResult Empty { get; } = Json(StatusCodes.Status200OK, static _ => { });

    /// <summary>An answer of one JSON object.</summary>
    public static ApiResult Json(int status, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return new ApiResult(status, buffer.WrittenMemory, "application/json");
    }

    public static ApiResult Of(ApiException refusal) => Json(refusal.Error.Status, json =>
    {
        // Clients read one of the two spellings, and which one depends on the error; AWS itself sends both.
        json.WriteString("__type", refusal.Error.Type);
        json.WriteString("Type", refusal.Error.Status >= 500 ? "Service" : "User");
        json.WriteString("message", refusal.Message);
        json.WriteString("Message", refusal.Message);
    }) with
    {
        Headers = refusal.RetryAfterSeconds is { } seconds
            ? [("x-amzn-errortype", refusal.Error.Type), ("Retry-After", seconds.ToString())]
            : [("x-amzn-errortype", refusal.Error.Type)],
    };

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        foreach (var (name, value) in Headers) response.Headers[name] = value;
        if (ContentType is not null) response.ContentType = ContentType;
        if (Status == StatusCodes.Status204NoContent) return;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, cancellationToken).ConfigureAwait(false);
    }
}

internal static class ApiJson
{
    public static void WriteInstant(this Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } value) json.WriteNumber(name, EpochSeconds.Of(value));
    }

    public static void WriteOptional(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null) json.WriteString(name, text);
    }

    public static void WriteOptional(this Utf8JsonWriter json, string name, ErrorObject? error)
    {
        if (error is null) return;
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, error, ServiceJson.Default.ErrorObject);
    }

    public static void WriteOperations(this Utf8JsonWriter json, IReadOnlyList<Operation> operations)
    {
        json.WriteStartArray("Operations");
        foreach (var operation in operations) JsonSerializer.Serialize(json, operation, ServiceJson.Default.Operation);
        json.WriteEndArray();
    }
}
