using System.Collections.Concurrent;

namespace Perdure.Tests.Simulation;

/// <summary>A payload store in memory that answers at once, and outlives every node.</summary>
internal sealed class SimPayloads : IPayloadStore
{
    private readonly ConcurrentDictionary<PayloadKey, byte[]> _contents = [];

    public int Count => _contents.Count;

    public Task PutAsync(PayloadKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _contents[key] = content.ToArray();
        return Task.CompletedTask;
    }

    public Task<ReadOnlyMemory<byte>?> GetAsync(PayloadKey key, CancellationToken cancellationToken) =>
        Task.FromResult(_contents.TryGetValue(key, out var content) ? content : default(ReadOnlyMemory<byte>?));

    public Task DeleteExecutionAsync(string executionId, CancellationToken cancellationToken)
    {
        foreach (var key in _contents.Keys.Where(key => key.ExecutionId == executionId)) _contents.TryRemove(key, out _);
        return Task.CompletedTask;
    }
}
