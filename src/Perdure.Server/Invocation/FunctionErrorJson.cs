using System.Text.Json;

namespace Perdure.Server.Invocation;

/// <summary>Reads errors as Lambda functions write them: <c>errorType</c>, <c>errorMessage</c>, <c>stackTrace</c> or <c>trace</c>.</summary>
internal static class FunctionErrorJson
{
    /// <summary>Whatever is no such error is its message.</summary>
    public static ErrorObject Read(ReadOnlySpan<byte> body, string defaultType)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } error)
            {
                return new ErrorObject
                {
                    ErrorType = Text(error, "errorType") ?? defaultType,
                    ErrorMessage = Text(error, "errorMessage"),
                    StackTrace = Frames(error, "stackTrace") ?? Frames(error, "trace"),
                };
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not JSON, or cut in the middle.
        }

        return new ErrorObject { ErrorType = defaultType, ErrorMessage = ErrorObject.Cut(System.Text.Encoding.UTF8.GetString(body)) };
    }

    private static string? Text(JsonElement error, string member) =>
        error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? ErrorObject.Cut(value.GetString()!) : null; // a string has one

    private static string[]? Frames(JsonElement error, string member) =>
        error.TryGetProperty(member, out var frames) && frames.ValueKind == JsonValueKind.Array
            ? [.. frames.EnumerateArray().Where(static frame => frame.ValueKind == JsonValueKind.String).Take(ErrorObject.MaxFrames).Select(static frame => ErrorObject.Cut(frame.GetString()!))] // a string has one
            : null;
}
