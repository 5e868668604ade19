using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Testing;

/// <summary>One node's connection to the store: makes the faults of a plan, and is dead with its node.</summary>
/// <remarks>
/// A killed process writes nothing any more. What still runs of a dead node, on threads that nobody can end, finds that its writes never
/// come back. The store itself outlives its nodes, as a disk does.
/// </remarks>
internal sealed class NodeConnection(IExecutionStore store, FaultPlan faults) : DelegatingStore(store)
{
    private readonly Completion<bool> _death = ThreadPoolWorkQueue.Instance.NewCompletion<bool>();
    private int _dead;

    public bool IsDead => Volatile.Read(ref _dead) != 0;

    /// <summary>Completes when the node is killed.</summary>
    public Task Death => _death.Task;

    /// <summary>Told after every commit.</summary>
    public Action? OnCommitted { get; init; }

    public void Kill()
    {
        if (Interlocked.Exchange(ref _dead, 1) == 0) _death.Set(true);
    }

    public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
    {
        if (IsDead) return await Never<IReadOnlyList<CommitOutcome>>().ConfigureAwait(false);
        var fault = faults.OnCommit(batch);
        switch (fault)
        {
            case CommitFaultKind.Fail:
                throw new StoreUnavailableException("Ordered by the test: not committed.");
            case CommitFaultKind.CrashBefore:
                Kill();
                return await Never<IReadOnlyList<CommitOutcome>>().ConfigureAwait(false);
        }

        var outcomes = await base.CommitAsync(batch).ConfigureAwait(false);
        OnCommitted?.Invoke();
        switch (fault)
        {
            case CommitFaultKind.LoseReply:
                throw new StoreUnavailableException("Ordered by the test: committed, and the reply was lost.");
            case CommitFaultKind.CrashAfter:
                Kill();
                return await Never<IReadOnlyList<CommitOutcome>>().ConfigureAwait(false);
            default:
                return outcomes;
        }
    }

    public override Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        IsDead ? Never<IReadOnlyList<ExecutionRow>>() : base.ClaimDueAsync(request, cancellationToken);

    public override Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken) =>
        IsDead ? Never<bool>() : base.UpdateRowAsync(key, owner, epoch, state, cancellationToken);

    public override Task<IReadOnlySet<ExecutionKey>> RenewLeasesAsync(
        string owner, IReadOnlyList<(ExecutionKey Key, long Epoch)> leases, DateTimeOffset until, CancellationToken cancellationToken) =>
        IsDead ? Never<IReadOnlySet<ExecutionKey>>() : base.RenewLeasesAsync(owner, leases, until, cancellationToken);

    public override Task BeatAsync(ExecutionKey key, string operationId, DateTimeOffset at, string? progress, CancellationToken cancellationToken) =>
        IsDead ? Never<bool>() : base.BeatAsync(key, operationId, at, progress, cancellationToken);

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

#pragma warning disable CA2215 // Not disposing the store is the point: it outlives the node.
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
#pragma warning restore CA2215
}
