using Perdure.Storage;

namespace Perdure.Testing;

/// <summary>A store that passes everything on to another one: the base for stores that count, fail or watch.</summary>
public abstract class DelegatingStore(IExecutionStore inner) : IExecutionStore
{
    /// <summary>The store behind this one.</summary>
    protected IExecutionStore Inner => inner;

    /// <inheritdoc/>
    public virtual TimeProvider Clock => inner.Clock;

    /// <inheritdoc/>
    public virtual bool IsExclusive => inner.IsExclusive;

    /// <inheritdoc/>
    public virtual Task OpenAsync(string owner, CancellationToken cancellationToken) => inner.OpenAsync(owner, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch) => inner.CommitAsync(batch);

    /// <inheritdoc/>
    public virtual Task<long?> FindCommitAsync(ExecutionKey key, long version, CancellationToken cancellationToken) =>
        inner.FindCommitAsync(key, version, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        inner.ClaimDueAsync(request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken) =>
        inner.UpdateRowAsync(key, owner, epoch, state, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlySet<ExecutionKey>> RenewLeasesAsync(
        string owner, IReadOnlyList<(ExecutionKey Key, long Epoch)> leases, DateTimeOffset until, CancellationToken cancellationToken) =>
        inner.RenewLeasesAsync(owner, leases, until, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<(string Queue, DateTimeOffset DueAt)>> NextDueAsync(CancellationToken cancellationToken) =>
        inner.NextDueAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ExecutionRow?> FindAsync(ExecutionKey key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ExecutionRow?> FindByNameAsync(string function, string name, CancellationToken cancellationToken) =>
        inner.FindByNameAsync(function, name, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<LoadedExecution?> LoadAsync(ExecutionKey key, CancellationToken cancellationToken) => inner.LoadAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<JournalEntry>> ReadEntriesAsync(
        ExecutionKey key, long fromVersion, long toVersion, bool includePayload, CancellationToken cancellationToken) =>
        inner.ReadEntriesAsync(key, fromVersion, toVersion, includePayload, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<ExecutionRow>> ListAsync(RowFilter filter, CancellationToken cancellationToken) =>
        inner.ListAsync(filter, cancellationToken);

    /// <inheritdoc/>
    public virtual Task BeatAsync(ExecutionKey key, string operationId, DateTimeOffset at, string? progress, CancellationToken cancellationToken) =>
        inner.BeatAsync(key, operationId, at, progress, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<string?> ReadProgressAsync(ExecutionKey key, string operationId, CancellationToken cancellationToken) =>
        inner.ReadProgressAsync(key, operationId, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadHeartbeatsAsync(ExecutionKey key, CancellationToken cancellationToken) =>
        inner.ReadHeartbeatsAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<ExecutionKey>> ListExpiredAsync(DateTimeOffset now, int max, CancellationToken cancellationToken) =>
        inner.ListExpiredAsync(now, max, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<int> DeleteExpiredAsync(IReadOnlyList<ExecutionKey> keys, DateTimeOffset now, CancellationToken cancellationToken) =>
        inner.DeleteExpiredAsync(keys, now, cancellationToken);

    /// <inheritdoc/>
    public virtual Task DeleteSnapshotAsync(ExecutionKey key, CancellationToken cancellationToken) => inner.DeleteSnapshotAsync(key, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<byte[]> GetSecretAsync(CancellationToken cancellationToken) => inner.GetSecretAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
