using Microsoft.Extensions.DependencyInjection;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Bench;

/// <summary>Counts commits on their way to the store.</summary>
internal sealed class CountingStore(IExecutionStore inner) : DelegatingStore(inner)
{
    private long _changeSets;
    private long _batches;

    public long ChangeSets => Interlocked.Read(ref _changeSets);

    public long Batches => Interlocked.Read(ref _batches);

    public override Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
    {
        Interlocked.Add(ref _changeSets, batch.Count);
        Interlocked.Increment(ref _batches);
        return base.CommitAsync(batch);
    }

    public static void Wrap(IServiceCollection services)
    {
        var store = services.Single(static service => service.ServiceType == typeof(IExecutionStore));
        services.Remove(store);
        services.AddSingleton(provider => new CountingStore((IExecutionStore)store.ImplementationFactory!(provider))); // UseStore registers a factory
        services.AddSingleton<IExecutionStore>(static provider => provider.GetRequiredService<CountingStore>());
    }
}
