using System.Security.Cryptography;
using System.Text;

namespace Perdure.Server.Authentication;

/// <summary>A request in the one form that both sides sign: Signature Version 4, as AWS publishes it.</summary>
/// <remarks>
/// The path is encoded once more than it was sent, as every service but S3 wants it; it is taken as it was sent, so what is verified is
/// what is routed.
/// </remarks>
internal static class CanonicalRequest
{
    /// <param name="method">The HTTP method.</param>
    /// <param name="rawTarget">Path and query as they were sent.</param>
    /// <param name="headers">The signed headers with their values, in the order of their names, which are in lower case.</param>
    /// <param name="bodyHash">SHA-256 of the body, in lower-case hex.</param>
    public static string Of(string method, string rawTarget, IReadOnlyList<(string Name, string Value)> headers, string bodyHash)
    {
        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var text = new StringBuilder();
        text.Append(method).Append('\n');
        text.Append(Path(query < 0 ? rawTarget : rawTarget[..query])).Append('\n');
        text.Append(query < 0 ? "" : Query(rawTarget[(query + 1)..])).Append('\n');
        foreach (var (name, value) in headers) text.Append(name).Append(':').Append(Trimmed(value)).Append('\n');
        text.Append('\n').AppendJoin(';', headers.Select(static header => header.Name)).Append('\n').Append(bodyHash);
        return text.ToString();
    }

    public static bool IsHash(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Path(string raw) => string.Join('/', raw.Split('/').Select(static segment => Encode(Encoding.UTF8.GetBytes(segment))));

    private static string Query(string raw) => string.Join('&', raw.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (pair[..at], pair[(at + 1)..]) : (pair, ""))
        .Select(static pair => (Name: Encode(Decode(pair.Item1)), Value: Encode(Decode(pair.Item2))))
        .OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
        .Select(static pair => $"{pair.Name}={pair.Value}"));

    /// <summary>The bytes behind percent-encoding. What is no escape stands for itself.</summary>
    private static byte[] Decode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[count++] = Convert.ToByte($"{(char)bytes[i + 1]}{(char)bytes[i + 2]}", 16);
                i += 2;
            }
            else bytes[count++] = bytes[i];
        }

        return bytes[..count];
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~') text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }

    /// <summary>Without blanks around it, and with one for every row of them inside.</summary>
    private static string Trimmed(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
