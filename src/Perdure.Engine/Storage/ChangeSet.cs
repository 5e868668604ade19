namespace Perdure.Storage;

/// <summary>The internal key of an execution: time-ordered, so that new executions are neighbours in every index.</summary>
/// <param name="Value">Positive.</param>
public readonly record struct ExecutionKey(long Value) : IComparable<ExecutionKey>
{
    /// <inheritdoc/>
    public int CompareTo(ExecutionKey other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    /// <summary>Time order.</summary>
    public static bool operator <(ExecutionKey left, ExecutionKey right) => left.Value < right.Value;

    /// <summary>Time order.</summary>
    public static bool operator >(ExecutionKey left, ExecutionKey right) => left.Value > right.Value;

    /// <summary>Time order.</summary>
    public static bool operator <=(ExecutionKey left, ExecutionKey right) => left.Value <= right.Value;

    /// <summary>Time order.</summary>
    public static bool operator >=(ExecutionKey left, ExecutionKey right) => left.Value >= right.Value;
}

/// <summary>Changes that become durable together or not at all. At most one per execution in a batch.</summary>
/// <param name="CommitId">Identity of this change, stored in each of its entries: tells after an unknown outcome whether it happened.</param>
/// <param name="Changes">One per execution concerned; usually one.</param>
public sealed record ChangeSet(long CommitId, IReadOnlyList<ExecutionChange> Changes);

/// <summary>What changes for one execution: an entry at the expected version + 1, which is the guard, and rarely its row.</summary>
public sealed record ExecutionChange
{
    /// <summary>The execution.</summary>
    public required ExecutionKey Key { get; init; }

    /// <summary>The version the decision was made on; 0 for a new execution.</summary>
    public required long ExpectedVersion { get; init; }

    /// <summary>What rules read: small, without payloads.</summary>
    public required ReadOnlyMemory<byte> Entry { get; init; }

    /// <summary>The payload bytes that the entry refers to.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>A snapshot of the state at <see cref="ExpectedVersion"/>, replacing an earlier one; null for none.</summary>
    public ReadOnlyMemory<byte>? Snapshot { get; init; }

    /// <summary>The new execution's identity, with its first <see cref="Row"/>; null for an existing one.</summary>
    public ExecutionIdentity? Insert { get; init; }

    /// <summary>The row's new mutable half; null leaves the row alone.</summary>
    public RowState? Row { get; init; }

    /// <summary>Heartbeats that the decision was made on: if one has moved, nothing of the change set happens.</summary>
    public IReadOnlyList<HeartbeatGuard> Guards { get; init; } = [];
}

/// <summary>What of an execution's row never changes.</summary>
public sealed record ExecutionIdentity(ExecutionKey Key, string Function, string FunctionVersion, string Name, DateTimeOffset StartedAt)
{
    /// <summary>Whether it is a call of a plain function: served like any execution, but not one that anybody started, lists or keeps.</summary>
    public bool IsHidden { get; init; }
}

/// <summary>What of an execution's row changes.</summary>
public sealed record RowState
{
    /// <summary>Where the execution stands.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>Who is to look at it when it is due: its function, or the service.</summary>
    public required string Queue { get; init; }

    /// <summary>When it next needs somebody; null for never.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The node that reserved it; null for none.</summary>
    public string? LeaseOwner { get; init; }

    /// <summary>Number of the reservation; grows.</summary>
    public long LeaseEpoch { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it may be deleted.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why it makes no progress although it should.</summary>
    public ExecutionAttention Attention { get; init; }

    /// <summary>Details of <see cref="Attention"/>.</summary>
    public string? AttentionReason { get; init; }
}

/// <summary>An execution's row.</summary>
/// <param name="Identity">What never changes.</param>
/// <param name="Version">Version of its newest entry.</param>
/// <param name="State">What changes.</param>
public sealed record ExecutionRow(ExecutionIdentity Identity, long Version, RowState State)
{
    /// <summary>The key.</summary>
    public ExecutionKey Key => Identity.Key;
}

/// <summary>A heartbeat as a decision saw it.</summary>
/// <param name="OperationId">The operation.</param>
/// <param name="LastBeat">Its last beat; null for none.</param>
public sealed record HeartbeatGuard(string OperationId, DateTimeOffset? LastBeat);

/// <summary>One journal entry as it is read back.</summary>
/// <param name="Version">Its number, from 1.</param>
/// <param name="CommitId">The change set it came with.</param>
/// <param name="Entry">What rules read.</param>
/// <param name="Payload">Payload bytes; empty when they were not asked for.</param>
public sealed record JournalEntry(long Version, long CommitId, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Payload);

/// <summary>An execution as rules load it: row, snapshot and the entries after it, without payload bytes.</summary>
public sealed record LoadedExecution(ExecutionRow Row, long SnapshotVersion, ReadOnlyMemory<byte> Snapshot, IReadOnlyList<JournalEntry> Tail);

/// <summary>What became of one change set.</summary>
public enum CommitOutcome
{
    /// <summary>It is durable.</summary>
    Committed,

    /// <summary>An execution has moved on: another entry has its version.</summary>
    Conflict,

    /// <summary>A new execution's name is taken.</summary>
    NameTaken,

    /// <summary>A guarded heartbeat has moved.</summary>
    HeartbeatMoved,
}

/// <summary>The store cannot be reached: whether the last change happened is unknown.</summary>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : DurableExecutionException(message, innerException);

/// <summary>Which rows to list.</summary>
public sealed record RowFilter
{
    /// <summary>Only of this function.</summary>
    public string? Function { get; init; }

    /// <summary>Only with this status.</summary>
    public ExecutionStatus? Status { get; init; }

    /// <summary>Only with this attention.</summary>
    public ExecutionAttention? Attention { get; init; }

    /// <summary>Calls of plain functions too.</summary>
    public bool IncludeHidden { get; init; }

    /// <summary>Only older than this key.</summary>
    public ExecutionKey? Before { get; init; }

    /// <summary>Only newer than this key.</summary>
    public ExecutionKey? After { get; init; }

    /// <summary>Oldest first instead of newest first.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>At most this many.</summary>
    public int Limit { get; init; } = 100;
}
