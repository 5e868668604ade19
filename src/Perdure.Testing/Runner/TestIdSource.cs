using Perdure.Engine.Executions;

namespace Perdure.Testing;

/// <summary>Seeded ids. Commits have numbers of their own: how many there are may depend on timing, and must not move the ids that a record shows.</summary>
internal sealed class TestIdSource : IdSource
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(20260101);
    private long _commits;

    public override long NextCommitId() => Interlocked.Increment(ref _commits);

    protected override void Fill(Span<byte> bytes)
    {
        lock (_gate) _random.NextBytes(bytes);
    }
}
