using Perdure.Storage;

namespace Perdure;

/// <summary>A store in memory: the contract without the durability. For tests and demonstrations.</summary>
/// <param name="clock">The engine's clock.</param>
public sealed class InMemoryStore(TimeProvider clock) : IExecutionStore, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ExecutionKey, Stored> _executions = [];
    private readonly Dictionary<(string Function, string Name), ExecutionKey> _names = [];
    private readonly Dictionary<string, SortedSet<(DateTimeOffset WakeAt, ExecutionKey Key)>> _due = [];
    private readonly byte[] _secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <inheritdoc/>
    public TimeProvider Clock => clock;

    /// <inheritdoc/>
    public bool IsExclusive => true;

    /// <inheritdoc/>
    public Task OpenAsync(string owner, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (var stored in _executions.Values)
            {
                if (stored.Row.State.LeaseOwner is { } holder && holder != owner) SetRow_NeedsLock(stored, stored.Row.State with { WakeAt = now });
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
    {
        // Refused before anything is written: there is no transaction to roll back.
        if (batch.SelectMany(static changes => changes.Changes).FirstOrDefault(static change => change is { Insert: not null, Row: null }) is { } refused)
            throw new ArgumentException($"The new execution {refused.Key} has no row.", nameof(batch));
        lock (_gate) return Task.FromResult<IReadOnlyList<CommitOutcome>>([.. batch.Select(Commit_NeedsLock)]);
    }

    private CommitOutcome Commit_NeedsLock(ChangeSet changes)
    {
        foreach (var change in changes.Changes)
        {
            if (Check_NeedsLock(change) is var outcome and not CommitOutcome.Committed) return outcome;
        }

        foreach (var change in changes.Changes) Write_NeedsLock(change, changes.CommitId);
        return CommitOutcome.Committed;
    }

    private CommitOutcome Check_NeedsLock(ExecutionChange change)
    {
        if (change.Insert is { } insert)
        {
            if (_executions.ContainsKey(change.Key)) return CommitOutcome.Conflict;
            return _names.ContainsKey((insert.Function, insert.Name)) ? CommitOutcome.NameTaken : CommitOutcome.Committed;
        }

        if (!_executions.TryGetValue(change.Key, out var stored) || stored.Row.Version != change.ExpectedVersion) return CommitOutcome.Conflict;
        return change.Guards.All(guard => LastBeat(stored, guard.OperationId) == guard.LastBeat)
            ? CommitOutcome.Committed
            : CommitOutcome.HeartbeatMoved;
    }

    private static DateTimeOffset? LastBeat(Stored stored, string operationId) =>
        stored.Heartbeats.TryGetValue(operationId, out var beat) ? beat : null;

    private void Write_NeedsLock(ExecutionChange change, long commitId)
    {
        if (change.Insert is { } insert)
        {
            _executions.Add(change.Key, new Stored { Row = new ExecutionRow(insert, 0, change.Row!) }); // checked by CommitAsync
            _names.Add((insert.Function, insert.Name), change.Key);
        }

        var stored = _executions[change.Key];
        stored.Entries.Add(new JournalEntry(change.ExpectedVersion + 1, commitId, change.Entry.ToArray(), change.Payload.ToArray()));
        stored.Row = stored.Row with { Version = change.ExpectedVersion + 1 };
        if (change.Snapshot is { } snapshot) (stored.SnapshotVersion, stored.Snapshot) = (change.ExpectedVersion, snapshot.ToArray());
        if (change.Row is { } row) SetRow_NeedsLock(stored, row);
    }

    private void SetRow_NeedsLock(Stored stored, RowState state)
    {
        var old = stored.Row.State;
        if (old.WakeAt is { } was && _due.TryGetValue(old.Queue, out var oldQueue)) oldQueue.Remove((was, stored.Row.Key));
        stored.Row = stored.Row with { State = state };
        if (state.WakeAt is not { } wakeAt) return;
        if (!_due.TryGetValue(state.Queue, out var queue)) _due[state.Queue] = queue = [];
        queue.Add((wakeAt, stored.Row.Key));
    }

    /// <inheritdoc/>
    public Task<long?> FindCommitAsync(ExecutionKey key, long version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_executions.TryGetValue(key, out var stored) && version >= 1 && version <= stored.Entries.Count
                ? stored.Entries[(int)version - 1].CommitId
                : (long?)null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionRow>> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_due.TryGetValue(request.Queue, out var queue)) return Task.FromResult<IReadOnlyList<ExecutionRow>>([]);
            var due = queue.TakeWhile(item => item.WakeAt <= request.Now).Take(request.Max).Select(item => _executions[item.Key]).ToList();
            foreach (var stored in due)
            {
                SetRow_NeedsLock(stored, stored.Row.State with
                {
                    LeaseOwner = request.Owner,
                    LeaseEpoch = stored.Row.State.LeaseEpoch + 1,
                    WakeAt = request.LeaseUntil,
                });
            }

            return Task.FromResult<IReadOnlyList<ExecutionRow>>([.. due.Select(stored => stored.Row)]);
        }
    }

    /// <inheritdoc/>
    public Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Holds_NeedsLock(key, owner, epoch, out var stored)) return Task.FromResult(false);
            SetRow_NeedsLock(stored, state);
            return Task.FromResult(true);
        }
    }

    private bool Holds_NeedsLock(ExecutionKey key, string owner, long epoch, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Stored? stored) =>
        _executions.TryGetValue(key, out stored) && stored.Row.State.LeaseOwner == owner && stored.Row.State.LeaseEpoch == epoch;

    /// <inheritdoc/>
    public Task<IReadOnlySet<ExecutionKey>> RenewLeasesAsync(
        string owner, IReadOnlyList<(ExecutionKey Key, long Epoch)> leases, DateTimeOffset until, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var renewed = new HashSet<ExecutionKey>();
            foreach (var (key, epoch) in leases)
            {
                if (!Holds_NeedsLock(key, owner, epoch, out var stored)) continue;
                SetRow_NeedsLock(stored, stored.Row.State with { WakeAt = until });
                renewed.Add(key);
            }

            return Task.FromResult<IReadOnlySet<ExecutionKey>>(renewed);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Queue, DateTimeOffset DueAt)>> NextDueAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<(string, DateTimeOffset)>>(
                [.. _due.Where(queue => queue.Value.Count > 0).Select(queue => (queue.Key, queue.Value.Min.WakeAt))]);
        }
    }

    /// <inheritdoc/>
    public Task<ExecutionRow?> FindAsync(ExecutionKey key, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_executions.GetValueOrDefault(key)?.Row);
    }

    /// <inheritdoc/>
    public Task<ExecutionRow?> FindByNameAsync(string function, string name, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_names.TryGetValue((function, name), out var key) ? _executions[key].Row : null);
    }

    /// <inheritdoc/>
    public Task<LoadedExecution?> LoadAsync(ExecutionKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_executions.TryGetValue(key, out var stored)
                ? new LoadedExecution(stored.Row, stored.SnapshotVersion, stored.Snapshot,
                    [.. stored.Entries.Skip((int)stored.SnapshotVersion).Select(entry => entry with { Payload = default })])
                : null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalEntry>> ReadEntriesAsync(
        ExecutionKey key, long fromVersion, long toVersion, bool includePayload, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_executions.TryGetValue(key, out var stored)) return Task.FromResult<IReadOnlyList<JournalEntry>>([]);
            var first = (int)Math.Max(0, fromVersion - 1);
            var last = (int)Math.Min(stored.Entries.Count, toVersion);
            return Task.FromResult<IReadOnlyList<JournalEntry>>(first >= last
                ? []
                : [.. stored.Entries.GetRange(first, last - first).Select(entry => includePayload ? entry : entry with { Payload = default })]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionRow>> ListAsync(RowFilter filter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ExecutionRow>>([.. (filter.OldestFirst ? _executions : _executions.Reverse())
                .Select(pair => pair.Value.Row)
                .Where(row => (filter.Before is not { } before || row.Key < before)
                    && (filter.After is not { } after || row.Key > after)
                    && (filter.IncludeHidden || !row.Identity.IsHidden)
                    && (filter.Function is null || row.Identity.Function == filter.Function)
                    && (filter.Status is null || row.State.Status == filter.Status)
                    && (filter.Attention is null || row.State.Attention == filter.Attention))
                .Take(filter.Limit)]);
        }
    }

    /// <inheritdoc/>
    public Task BeatAsync(ExecutionKey key, string operationId, DateTimeOffset at, string? progress, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_executions.TryGetValue(key, out var stored) && !(LastBeat(stored, operationId) > at))
            {
                stored.Heartbeats[operationId] = at;
                if (progress is not null) stored.Progress[operationId] = progress;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> ReadProgressAsync(ExecutionKey key, string operationId, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_executions.TryGetValue(key, out var stored) ? stored.Progress.GetValueOrDefault(operationId) : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, DateTimeOffset>> ReadHeartbeatsAsync(ExecutionKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(
                _executions.TryGetValue(key, out var stored) ? new Dictionary<string, DateTimeOffset>(stored.Heartbeats) : []);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExecutionKey>> ListExpiredAsync(DateTimeOffset now, int max, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ExecutionKey>>([.. _executions.Values
                .Where(stored => stored.Row.State.ExpiresAt <= now).OrderBy(stored => stored.Row.State.ExpiresAt).Take(max).Select(stored => stored.Row.Key)]);
        }
    }

    /// <inheritdoc/>
    public Task<int> DeleteExpiredAsync(IReadOnlyList<ExecutionKey> keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var expired = keys.Select(key => _executions.GetValueOrDefault(key)).OfType<Stored>().Where(stored => stored.Row.State.ExpiresAt <= now).ToList();
            foreach (var stored in expired)
            {
                SetRow_NeedsLock(stored, stored.Row.State with { WakeAt = null });
                _executions.Remove(stored.Row.Key);
                _names.Remove((stored.Row.Identity.Function, stored.Row.Identity.Name));
            }

            return Task.FromResult(expired.Count);
        }
    }

    /// <inheritdoc/>
    public Task DeleteSnapshotAsync(ExecutionKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_executions.TryGetValue(key, out var stored)) (stored.SnapshotVersion, stored.Snapshot) = (0, default);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<byte[]> GetSecretAsync(CancellationToken cancellationToken) => Task.FromResult(_secret);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Stored
    {
        public required ExecutionRow Row { get; set; }

        public List<JournalEntry> Entries { get; } = [];

        public long SnapshotVersion { get; set; }

        public ReadOnlyMemory<byte> Snapshot { get; set; }

        public Dictionary<string, DateTimeOffset> Heartbeats { get; } = [];

        public Dictionary<string, string> Progress { get; } = [];
    }
}
