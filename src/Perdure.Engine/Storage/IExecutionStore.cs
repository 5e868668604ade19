namespace Perdure.Storage;

/// <summary>Where executions live: an append-only journal, one small row per execution, and nothing of the rules.</summary>
/// <remarks>
/// <para>
/// Implement it and run the conformance suite of <c>Perdure.Testing</c>; that suite is the contract. Two promises carry everything:
/// a change set is durable (at power loss) before its commit is answered, and the entry at the expected version + 1 exists at most once.
/// </para>
/// <para>
/// Every method may throw <see cref="StoreUnavailableException"/>; for a commit that means an unknown outcome. All instants are UTC, kept
/// to the millisecond.
/// </para>
/// </remarks>
public interface IExecutionStore : IAsyncDisposable
{
    /// <summary>The engine's only clock.</summary>
    TimeProvider Clock { get; }

    /// <summary>Whether one process holds the store alone, so that nobody else can change it.</summary>
    bool IsExclusive { get; }

    /// <summary>Opens the store: migrates an older schema, refuses a newer one, and in an exclusive store lets leases of earlier processes fall due.</summary>
    Task OpenAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Makes change sets durable in one transaction. Each one happens whole or not at all, whatever becomes of the others.</summary>
    /// <returns>One outcome per change set, in order.</returns>
    /// <exception cref="StoreUnavailableException">The outcome is unknown.</exception>
    /// <exception cref="Exception">Any other: nothing happened, and one of the change sets is the reason.</exception>
    Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch);

    /// <summary>The commit id of an entry; null when the entry does not exist.</summary>
    Task<long?> FindCommitAsync(ExecutionKey key, long version, CancellationToken cancellationToken);

    /// <summary>Reserves due executions of a queue: sets owner, epoch + 1, and the lease's end as their wake time. No two claimers get the same one.</summary>
    /// <returns>The rows as they are after the claim, earliest due first.</returns>
    Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>Sets the mutable half of a row, if owner and epoch still hold it.</summary>
    /// <returns>False when they do not; nothing was changed.</returns>
    Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken);

    /// <summary>Extends leases.</summary>
    /// <returns>The keys whose lease still belongs to this owner and epoch.</returns>
    Task<IReadOnlySet<ExecutionKey>> RenewLeasesAsync(
        string owner, IReadOnlyList<(ExecutionKey Key, long Epoch)> leases, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>When each queue next has something due; queues without anything are absent.</summary>
    Task<IReadOnlyList<(string Queue, DateTimeOffset DueAt)>> NextDueAsync(CancellationToken cancellationToken);

    /// <summary>A row; null when it does not exist.</summary>
    Task<ExecutionRow?> FindAsync(ExecutionKey key, CancellationToken cancellationToken);

    /// <summary>The row of a named execution; null when it does not exist.</summary>
    Task<ExecutionRow?> FindByNameAsync(string function, string name, CancellationToken cancellationToken);

    /// <summary>What rules need of an execution, without payload bytes; null when it does not exist.</summary>
    Task<LoadedExecution?> LoadAsync(ExecutionKey key, CancellationToken cancellationToken);

    /// <summary>Entries from one version to another, both included, in order.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadEntriesAsync(
        ExecutionKey key, long fromVersion, long toVersion, bool includePayload, CancellationToken cancellationToken);

    /// <summary>Rows in order of their keys: newest first unless the filter says otherwise.</summary>
    Task<IReadOnlyList<ExecutionRow>> ListAsync(RowFilter filter, CancellationToken cancellationToken);

    /// <summary>Records a heartbeat, unless a later one is known.</summary>
    /// <param name="key">The execution.</param>
    /// <param name="operationId">The operation.</param>
    /// <param name="at">When it came.</param>
    /// <param name="progress">What it says of the work; null says nothing, and leaves what an earlier one said.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task BeatAsync(ExecutionKey key, string operationId, DateTimeOffset at, string? progress, CancellationToken cancellationToken);

    /// <summary>What the last heartbeats of an operation said of the work; null when none said anything.</summary>
    Task<string?> ReadProgressAsync(ExecutionKey key, string operationId, CancellationToken cancellationToken);

    /// <summary>The last heartbeat of each operation that ever had one.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadHeartbeatsAsync(ExecutionKey key, CancellationToken cancellationToken);

    /// <summary>Executions whose retention has expired, the longest expired first; at most <paramref name="max"/>.</summary>
    Task<IReadOnlyList<ExecutionKey>> ListExpiredAsync(DateTimeOffset now, int max, CancellationToken cancellationToken);

    /// <summary>Deletes those of these executions whose retention has expired, with all that belongs to them. The others, and those that are gone, are left alone.</summary>
    /// <returns>How many.</returns>
    Task<int> DeleteExpiredAsync(IReadOnlyList<ExecutionKey> keys, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes a snapshot. It is only a cache: the state that is loaded afterwards is the same.</summary>
    Task DeleteSnapshotAsync(ExecutionKey key, CancellationToken cancellationToken);

    /// <summary>The key under which tokens are signed: 32 random bytes, made once per store.</summary>
    Task<byte[]> GetSecretAsync(CancellationToken cancellationToken);
}

/// <summary>What to claim, for whom, until when.</summary>
public sealed record ClaimRequest(string Queue, string Owner, DateTimeOffset Now, DateTimeOffset LeaseUntil, int Max);
