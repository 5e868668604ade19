using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Perdure.Client;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>What a checkpoint token says: which invocation, and up to which version it has seen the execution.</summary>
internal readonly record struct CheckpointToken(ExecutionKey Key, long Epoch, string Nonce, long Version);

/// <summary>Where a page of a listing begins; what the two numbers count is the listing's own.</summary>
internal readonly record struct PagePosition(long Major, long Minor);

/// <summary>What a callback id says.</summary>
internal readonly record struct CallbackAddress(ExecutionKey Key, string OperationId);

/// <summary>Makes and checks tokens and callback ids. A forged one is refused before anything is read.</summary>
internal sealed class TokenSigner(byte[] secret)
{
    private const int MacLength = 16;
    private const int ScopeLength = 8;

    public string Sign(CheckpointToken token)
    {
        Span<byte> body = stackalloc byte[1 + 24 + 32];
        body[0] = (byte)'t';
        BinaryPrimitives.WriteInt64BigEndian(body[1..], token.Key.Value);
        BinaryPrimitives.WriteInt64BigEndian(body[9..], token.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(body[17..], token.Version);
        var nonce = Encoding.ASCII.GetBytes(token.Nonce, body[25..]);
        return Seal(body[..(25 + nonce)]);
    }

    public bool TryRead(string text, out CheckpointToken token)
    {
        token = default;
        if (!TryOpen(text, (byte)'t', out var body) || body.Length < 25) return false;
        token = new CheckpointToken(
            new ExecutionKey(BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(1))),
            BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(9)),
            Encoding.ASCII.GetString(body.AsSpan(25)),
            BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(17)));
        return true;
    }

    public string SignCallback(CallbackAddress address, string nonce)
    {
        var operation = Encoding.ASCII.GetBytes($"{nonce}|{address.OperationId}");
        var body = new byte[9 + operation.Length];
        body[0] = (byte)'c';
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(1), address.Key.Value);
        operation.CopyTo(body.AsSpan(9));
        return Seal(body);
    }

    public bool TryReadCallback(string text, out CallbackAddress address)
    {
        address = default;
        if (!TryOpen(text, (byte)'c', out var body) || body.Length < 10) return false;
        var parts = Encoding.ASCII.GetString(body.AsSpan(9)).Split('|', 2);
        if (parts.Length != 2) return false;
        address = new CallbackAddress(new ExecutionKey(BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(1))), parts[1]);
        return true;
    }

    /// <summary>Where the next page of a listing begins, good for that listing alone.</summary>
    /// <param name="position">The place.</param>
    /// <param name="scope">What is listed: execution, filter, order.</param>
    public string SignMarker(PagePosition position, string scope) => Seal(MarkerBody(position, scope));

    /// <exception cref="InvalidMarkerException">It is not a marker of this listing.</exception>
    public PagePosition ReadMarker(string marker, string scope)
    {
        if (!TryOpen(marker, (byte)'m', out var body) || body.Length != 17 + ScopeLength) throw new InvalidMarkerException();
        var position = new PagePosition(BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(1)), BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(9)));
        return body.AsSpan().SequenceEqual(MarkerBody(position, scope)) ? position : throw new InvalidMarkerException();
    }

    private static byte[] MarkerBody(PagePosition position, string scope)
    {
        var body = new byte[17 + ScopeLength];
        body[0] = (byte)'m';
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(1), position.Major);
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(9), position.Minor);
        SHA256.HashData(Encoding.UTF8.GetBytes(scope)).AsSpan(0, ScopeLength).CopyTo(body.AsSpan(17));
        return body;
    }

    /// <summary>A code over a text that only this store's engine can make; of a kind of its own, so it is good for nothing else.</summary>
    public string SealText(string text)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("p" + text), mac);
        return Convert.ToHexStringLower(mac[..MacLength]);
    }

    private string Seal(ReadOnlySpan<byte> body)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, body, mac);
        Span<byte> sealedBytes = stackalloc byte[body.Length + MacLength];
        body.CopyTo(sealedBytes);
        mac[..MacLength].CopyTo(sealedBytes[body.Length..]);
        return Convert.ToBase64String(sealedBytes);
    }

    private bool TryOpen(string text, byte kind, [NotNullWhen(true)] out byte[]? body)
    {
        body = null;
        if (text.Length is 0 or > 2048) return false;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length <= MacLength || bytes[0] != kind) return false;

        // Base64 has several spellings of the same bytes; only the one we wrote is ours.
        if (Convert.ToBase64String(bytes, 0, length) != text) return false;
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, bytes.AsSpan(0, length - MacLength), mac);
        if (!CryptographicOperations.FixedTimeEquals(mac[..MacLength], bytes.AsSpan(length - MacLength, MacLength))) return false;
        body = bytes[..(length - MacLength)];
        return true;
    }
}
