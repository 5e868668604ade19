using Perdure.Sqlite;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Conformance;

public sealed class StoreConformanceTests
{
    private static readonly Dictionary<string, StoreConformanceCase> Cases = StoreConformance.Cases.ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task In_memory(string name) => Cases[name].RunAsync(new InMemoryFixture());

    [Theory, MemberData(nameof(Names))]
    public async Task Sqlite(string name)
    {
        using var directory = new TemporaryDirectory();
        await Cases[name].RunAsync(new SqliteFixture(directory.File("store.db")));
    }

    /// <summary>Its data is the object: reopening is opening it again.</summary>
    private sealed class InMemoryFixture : IStoreFixture
    {
        private InMemoryStore? _store;

        public IExecutionStore CreateStore(ManualTimeProvider clock) => _store ??= new InMemoryStore(clock);
    }

    private sealed class SqliteFixture(string path) : IStoreFixture
    {
        public IExecutionStore CreateStore(ManualTimeProvider clock) => new SqliteStore(path, clock);
    }
}
