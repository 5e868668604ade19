using Perdure.Storage;
using Perdure.Testing.Conformance;

namespace Perdure.Testing;

/// <summary>The contract of <see cref="IExecutionStore"/> as executable cases. A store that passes all of them can carry the engine.</summary>
/// <remarks>
/// The suite belongs to no test framework: run each case as one test, each on a fixture of its own. A case that does not hold throws
/// <see cref="StoreConformanceException"/>; whatever a store throws unasked passes through.
/// </remarks>
public static class StoreConformance
{
    /// <summary>Every case. The order carries no meaning.</summary>
    public static IReadOnlyList<StoreConformanceCase> Cases { get; } =
    [
        .. CommitCases.All, .. QueueCases.All, .. ClaimCases.All, .. JournalCases.All, .. SnapshotCases.All, .. HeartbeatCases.All,
        .. ListingCases.All, .. LifetimeCases.All,
    ];

    internal static IEnumerable<StoreConformanceCase> From(params Func<StoreProbe, Task>[] bodies) =>
        bodies.Select(static body => new StoreConformanceCase(body.Method.Name.Replace('_', ' '), fixture => StoreProbe.RunAsync(fixture, body)));
}

/// <summary>One promise of the contract.</summary>
/// <param name="Name">The promise as a sentence; unique in the suite.</param>
/// <param name="RunAsync">Checks it on a fixture without data.</param>
public sealed record StoreConformanceCase(string Name, Func<IStoreFixture, Task> RunAsync)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Where a case gets its stores from: one place for data, empty at first.</summary>
public interface IStoreFixture
{
    /// <summary>A store over the fixture's data, not opened yet. The one made before has been disposed, its data must still be there.</summary>
    /// <param name="clock">The clock of an exclusive store; one that keeps its own time may ignore it.</param>
    IExecutionStore CreateStore(ManualTimeProvider clock);
}

/// <summary>A store breaks a promise of the contract.</summary>
/// <param name="message">Which one, and how.</param>
public sealed class StoreConformanceException(string message) : Exception(message);
