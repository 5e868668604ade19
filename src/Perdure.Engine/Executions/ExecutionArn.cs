using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>The public name of an execution, and the internal key inside it.</summary>
internal static partial class ExecutionArn
{
    public const string Partition = "aws";
    public const string Region = "local";
    public const string Account = "000000000000";

    private const string Prefix = $"arn:{Partition}:lambda:{Region}:{Account}:function:";

    public static string Of(ExecutionIdentity identity) =>
        $"{Prefix}{identity.Function}:{identity.FunctionVersion}/durable-execution/{identity.Name}/{IdOf(identity.Key)}";

    /// <summary>The ARN of a function, in one version or in whichever.</summary>
    public static string OfFunction(string function, string? version) => version is null ? Prefix + function : $"{Prefix}{function}:{version}";

    /// <summary>A version-8 UUID made of the key and of a check that catches mistyped ids.</summary>
    public static string IdOf(ExecutionKey key)
    {
        Span<byte> check = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> raw = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(raw, key.Value);
        SHA256.HashData(raw, check);

        Span<byte> uuid = stackalloc byte[16];
        raw[..6].CopyTo(uuid);
        uuid[6] = (byte)(0x80 | (raw[6] >> 4));
        uuid[7] = (byte)((raw[6] << 4) | (raw[7] >> 4));
        uuid[8] = (byte)(0x80 | ((raw[7] & 0x0F) << 2) | (check[0] & 0x03));
        check.Slice(1, 7).CopyTo(uuid[9..]);
        return new Guid(uuid, bigEndian: true).ToString();
    }

    /// <summary>Reads an ARN or a bare execution id. False when it is not one that this service made.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExecutionKey? key)
    {
        key = null;
        var id = text[(text.LastIndexOf('/') + 1)..];
        if (!Guid.TryParseExact(id, "D", out var uuid)) return false;

        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> raw = stackalloc byte[8];
        bytes[..6].CopyTo(raw);
        raw[6] = (byte)((bytes[6] << 4) | (bytes[7] >> 4));
        raw[7] = (byte)((bytes[7] << 4) | ((bytes[8] >> 2) & 0x0F));
        var candidate = new ExecutionKey(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(raw));
        if (IdOf(candidate) != id) return false;
        key = candidate;
        return true;
    }

    public static bool IsValidName(string name) => NamePattern().IsMatch(name);

    public static bool IsValidVersion(string version) => VersionPattern().IsMatch(version);

    [GeneratedRegex(@"\A[a-zA-Z0-9\-_]{1,64}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A(\$LATEST|[0-9]{1,18})\z")]
    private static partial Regex VersionPattern();
}
