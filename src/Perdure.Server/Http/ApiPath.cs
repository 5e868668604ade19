using System.Diagnostics.CodeAnalysis;

namespace Perdure.Server.Http;

/// <summary>The path of an operation, such as <c>/2025-12-01/durable-executions/{DurableExecutionArn}/stop</c>.</summary>
/// <remarks>
/// The first label may hold slashes: SDKs send an ARN percent-encoded as one segment, people with curl send it as it is, and both mean
/// the same. A request's path is split and decoded once, here; whoever authorises and whoever acts see the same labels.
/// </remarks>
internal sealed class ApiPath(string template)
{
    private readonly string[] _parts = template.Split('/')[1..];

    public string Template => template;

    public IEnumerable<string> Labels => _parts.Where(IsLabel).Select(NameOf);

    /// <summary>How many parts are fixed: of two templates that fit, the one with more is meant.</summary>
    public int Specificity => _parts.Count(part => !IsLabel(part));

    /// <summary>Splits a raw request path, from the version on. False when it is not well-formed.</summary>
    public static bool TrySplit(string rawPath, [NotNullWhen(true)] out string[]? segments)
    {
        segments = rawPath.Split('/');
        if (segments is [.. var all, ""]) segments = all; // AWS's own documentation ends some paths with a slash
        for (var i = 0; i < segments.Length; i++)
        {
            if (!TryDecode(segments[i], out var decoded)) return false;
            segments[i] = decoded;
        }

        return true;
    }

    /// <summary>Whether a request's segments are of this form, and what its labels are then.</summary>
    public bool TryMatch(ReadOnlySpan<string> segments, [NotNullWhen(true)] out Dictionary<string, string>? labels)
    {
        labels = null;
        var more = segments.Length - _parts.Length; // slashes inside the first label
        if (more < 0) return false;
        var found = new Dictionary<string, string>();
        var at = 0;
        foreach (var part in _parts)
        {
            if (!IsLabel(part))
            {
                if (segments[at++] != part) return false;
                continue;
            }

            var length = found.Count == 0 ? 1 + more : 1;
            found[NameOf(part)] = string.Join('/', segments.Slice(at, length)!);
            at += length;
        }

        if (at != segments.Length) return false;
        labels = found;
        return true;
    }

    private static bool IsLabel(string part) => part.StartsWith('{');

    private static string NameOf(string label) => label[1..^1];

    /// <summary>Decodes percent-encoding strictly: every escape is two digits, and the bytes are UTF-8.</summary>
    private static bool TryDecode(string text, out string decoded)
    {
        decoded = text;
        if (!text.Contains('%')) return true;
        var bytes = new byte[text.Length * 3];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                if (!char.IsAscii(text[i])) return false;
                bytes[count++] = (byte)text[i];
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
            bytes[count++] = Convert.ToByte(text.Substring(i + 1, 2), 16);
            i += 2;
        }

        try
        {
            decoded = Protocol.StrictText.Text(bytes.AsSpan(0, count));
            return true;
        }
        catch (ArgumentException)
        {
            return false; // not UTF-8: the caller answers that the path is not well-formed
        }
    }
}
