namespace Perdure;

/// <summary>Which values go to the payload store.</summary>
public enum PayloadStorageMode
{
    /// <summary>Those over <see cref="PayloadStoreOptions.InlineBytes"/>, and those of types with <see cref="SensitiveDataAttribute"/>.</summary>
    Overflow,

    /// <summary>All of them.</summary>
    Always,
}

/// <summary>How a payload store is used. Validated when the host starts.</summary>
public sealed class PayloadStoreOptions
{
    /// <summary>Which values go to the store. Default <see cref="PayloadStorageMode.Overflow"/>.</summary>
    public PayloadStorageMode Mode { get; set; } = PayloadStorageMode.Overflow;

    /// <summary>The largest value that stays in the journal, in bytes of UTF-8. 0 to 262,144; default 65,536 (64 KiB).</summary>
    public int InlineBytes { get; set; } = 65_536;

    /// <summary>The largest value at all, in bytes of UTF-8. 262,144 to 1,073,741,824; default 67,108,864 (64 MiB). It is in memory as a whole, several times.</summary>
    public int MaxPayloadBytes { get; set; } = 67_108_864;

    /// <summary>How much of a stored value the record shows in its place, in bytes of JSON. 0, for nothing, to 4,096, the default.</summary>
    public int MaxPreviewBytes { get; set; } = 4096;
}
