namespace Perdure.Protocol;

/// <summary>Where a payload's bytes lie: in the journal entry <paramref name="Version"/> of the execution, by offset and length.</summary>
/// <remarks>Rules see only this, never the bytes: a 6 MB result costs a rule twelve bytes.</remarks>
internal readonly record struct PayloadSlice(long Version, int Offset, int Length);
