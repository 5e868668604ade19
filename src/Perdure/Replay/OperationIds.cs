using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Replay;

/// <summary>Identities that are pure functions of position or of names: the same in every replay.</summary>
internal static class OperationIds
{
    /// <summary>Lower-case hex SHA-256 of <c>n</c> at the root and <c>parentHash-n</c> below.</summary>
    public static string At(string? contextId, int position)
    {
        Span<char> text = stackalloc char[80];
        var written = contextId is null
            ? (position.TryFormat(text, out var digits) ? digits : 0)
            : (text.TryWrite($"{contextId}-{position}", out var all) ? all : 0);
        Span<byte> bytes = stackalloc byte[80];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(text[..written], bytes)], hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Lower-case hex SHA-256 of the key, in the same shape: the order of keyed calls means nothing.</summary>
    public static string Keyed(string? contextId, string key) => Convert.ToHexStringLower(Hash("key", contextId ?? "", key));

    /// <summary>43 characters of base64url: safe for the usual limits of external systems on idempotency keys.</summary>
    public static string IdempotencyKey(string arn, string operationId, string purpose) =>
        Base64Url.EncodeToString(Hash("v1", arn, operationId, purpose));

    public static Guid NewGuid(string arn, string? contextId, string key)
    {
        var bytes = Hash("guid", arn, contextId ?? "", key).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80); // version 8: ours to define
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Random numbers of an execution: every replay draws the same ones in the same scope.</summary>
    public static Random NewRandom(string arn, string scope) => new(BitConverter.ToInt32(Hash("random", arn, scope).AsSpan(0, 4)));

    /// <summary>Parts are length-prefixed: no two lists of parts share a hash input.</summary>
    private static byte[] Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
