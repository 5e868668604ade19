using System.Security.Cryptography;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>Where identities come from. Seeded in tests, so that a run can be repeated.</summary>
internal abstract class IdSource
{
    private long _sequence;

    protected abstract void Fill(Span<byte> bytes);

    public virtual long NextCommitId() => Next(long.MaxValue);

    /// <summary>
    /// Time in the upper 42 bits: neighbours in time are neighbours in the index. Below it a number that starts anywhere and counts up:
    /// one node never makes the same key twice, and two nodes seldom do; whoever does tries again.
    /// </summary>
    public ExecutionKey NextKey(DateTimeOffset now)
    {
        Interlocked.CompareExchange(ref _sequence, Next(long.MaxValue / 2), 0);
        return new(((now.ToUnixTimeMilliseconds() - Epoch2020) << 21) | (Interlocked.Increment(ref _sequence) & ((1 << 21) - 1)));
    }

    /// <summary>The smallest key that an execution of this millisecond can have.</summary>
    public static ExecutionKey FirstKeyAt(DateTimeOffset at) => new(Math.Clamp(at.ToUnixTimeMilliseconds() - Epoch2020, 0, long.MaxValue >> 21) << 21);

    public string NextNonce() => NextHex(8);

    /// <summary>A lower-case UUID.</summary>
    public string NextUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private string NextHex(int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private long Next(long exclusiveMax)
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (BitConverter.ToInt64(bytes) & long.MaxValue) % exclusiveMax;
    }

    private const long Epoch2020 = 1_577_836_800_000;
}

internal sealed class SecureIdSource : IdSource
{
    public static SecureIdSource Instance { get; } = new();

    protected override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}

internal sealed class SeededIdSource(int seed) : IdSource
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    protected override void Fill(Span<byte> bytes)
    {
        lock (_gate) _random.NextBytes(bytes);
    }
}
