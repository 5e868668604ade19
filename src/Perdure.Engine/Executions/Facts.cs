using System.Collections.ObjectModel;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>What a decision may depend on besides state and command.</summary>
internal sealed record Facts
{
    /// <summary>The store's clock. A decision uses max(this, the execution's last event): its time never goes back.</summary>
    public required DateTimeOffset Now { get; init; }

    public required IdSource Ids { get; init; }

    public required TokenSigner Signer { get; init; }

    public required EngineRules Rules { get; init; }

    /// <summary>Last heartbeats, where the shell found that they matter.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Heartbeats { get; init; } = ReadOnlyDictionary<string, DateTimeOffset>.Empty;
}

/// <summary>Numbers that decisions depend on. One record for all executions of a node.</summary>
internal sealed record EngineRules
{
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan DefaultRetention { get; init; } = TimeSpan.FromDays(14);

    public int MaxCrashesWithoutProgress { get; init; } = 10;

    public int MaxOperations { get; init; } = 100_000;

    public int MaxPayloadBytes { get; init; } = PerdureLimits.MaxPayloadBytes;

    public int MaxResultBytes { get; init; } = 6_291_456;

    public int MaxErrorBytes { get; init; } = PerdureLimits.MaxErrorBytes;

    /// <summary>Refuses an error from outside that is too large to be recorded.</summary>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public void RequireFits(ErrorObject error)
    {
        var size = ProtocolJson.Bytes(error).Length;
        if (size >= MaxErrorBytes)
            throw new ArgumentException($"error is {size:N0} bytes; at most {MaxErrorBytes - 1:N0} are allowed. Send less, or a reference to it. [PDR0305]", nameof(error));
    }

    /// <summary>1, 2, 4 ... 60 seconds. The first repetition is quick: most crashes are a deployment.</summary>
    public static TimeSpan CrashDelay(int crashes) => TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(crashes, 10) - 1)));
}
