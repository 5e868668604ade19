using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Perdure.PayloadStores;

/// <summary>Whose a stored value is: a reference is good for this operation of this execution and nowhere else.</summary>
internal readonly record struct PayloadOwner(string ExecutionId, string OperationId)
{
    /// <summary>The owner of an execution's input and result: the EXECUTION operation has the execution's id.</summary>
    public static PayloadOwner Execution(string executionId) => new(executionId, executionId);
}

/// <summary>What the record holds in place of a stored value: <c>{"$perdure.payload":{"sha256":…,"bytes":…,"seal":…,"preview":…}}</c>.</summary>
/// <remarks>
/// The seal is a code made with the engine's key over the content's hash and its owner. A text that only looks like a reference, or is
/// one of another operation, has no valid seal: it is a text like any other, whoever sent it. See docs/adr/0008-payload-references.md.
/// </remarks>
internal sealed record PayloadReference(string Sha256, int Bytes, string Seal)
{
    private const string Name = "$perdure.payload";
    private const string Beginning = $$"""{"{{Name}}":{""";

    /// <summary>What the seal is made over.</summary>
    public static string Sealed(PayloadOwner owner, string sha256, int bytes) => $"{owner.ExecutionId}|{owner.OperationId}|{sha256}|{bytes}";

    public string Write(string? preview)
    {
        var text = new StringBuilder(Beginning, 256 + (preview?.Length ?? 0))
            .Append("\"sha256\":\"").Append(Sha256).Append("\",\"bytes\":").Append(Bytes).Append(",\"seal\":\"").Append(Seal).Append('"');
        if (preview is not null) text.Append(",\"preview\":").Append(preview);
        return text.Append("}}").ToString();
    }

    /// <summary>The reference that a text has the form of, and the preview in it; null for every other text.</summary>
    public static PayloadReference? Read(string text, out string? preview)
    {
        preview = null;
        if (!text.StartsWith(Beginning, StringComparison.Ordinal)) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement.GetProperty(Name);
            preview = json.TryGetProperty("preview", out var shown) ? shown.GetRawText() : null;
            return json.TryGetProperty("sha256", out var hash) && hash.ValueKind == JsonValueKind.String && IsHash(hash.GetString())
                && json.TryGetProperty("bytes", out var bytes) && bytes.ValueKind == JsonValueKind.Number && bytes.TryGetInt32(out var size)
                && json.TryGetProperty("seal", out var seal) && seal.ValueKind == JsonValueKind.String
                ? new PayloadReference(hash.GetString()!, size, seal.GetString()!) // both are strings
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // it only began like one; a string in it may even be none that UTF-16 can hold
        }
    }

    private static bool IsHash(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(Hex);

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
}
