using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.Storage;

namespace Perdure.Testing;

/// <summary>The faults of one test, and which of them have happened. It outlives the nodes that it kills.</summary>
internal sealed class FaultPlan(IReadOnlyList<Fault> faults)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CommitFault, string> _fired = [];
    private readonly HashSet<long> _failed = [];
    private int _commits;

    public bool DuplicatesCallbacks => faults.Any(fault => fault is DuplicateCallbackFault);

    /// <summary>How slow the bodies of an operation are.</summary>
    public TimeSpan DelayOf(string? operation) => faults.OfType<SlowStepFault>()
        .Where(slow => slow.Operation == operation).Aggregate(TimeSpan.Zero, static (sum, slow) => sum + slow.By);

    /// <summary>The commit at which a fault happened, in words; null while it has not.</summary>
    public string? Where(CommitFault fault)
    {
        lock (_gate) return _fired.GetValueOrDefault(fault);
    }

    /// <summary>Counts a commit, and says what is to go wrong with it. One that went wrong is neither counted again nor fails again when it is repeated.</summary>
    public CommitFaultKind? OnCommit(IReadOnlyList<ChangeSet> batch)
    {
        lock (_gate)
        {
            if (batch.All(changes => _failed.Contains(changes.CommitId))) return null;
            var commit = new Commit(_commits + 1, batch);
            _commits += commit.Size;
            if (faults.OfType<CommitFault>().FirstOrDefault(fault => !_fired.ContainsKey(fault) && fault.IsAt(commit)) is not { } due) return null;
            _fired.Add(due, commit.Describe());
            _failed.UnionWith(batch.Select(static changes => changes.CommitId));
            return due.Kind;
        }
    }
}

/// <summary>One commit: change sets that become durable together.</summary>
/// <param name="Number">Number of the first of them.</param>
/// <param name="Batch">The change sets.</param>
internal sealed record Commit(int Number, IReadOnlyList<ChangeSet> Batch)
{
    public int Size => Batch.Count;

    private IEnumerable<EntryChanges> Entries => Batch.SelectMany(static changes => changes.Changes).Select(static change => EntryJson.Read(change.Entry));

    public bool Ends(string operation) => Entries.SelectMany(static entry => entry.Operations).Any(record => record.Name == operation && !record.IsOpen);

    public string Describe()
    {
        var recorded = Entries.SelectMany(static entry => entry.Operations).Select(Describe).ToList();
        return $"commit {Number}, which records {(recorded.Count == 0 ? "how an invocation began or ended" : string.Join(", ", recorded))}";
    }

    private static string Describe(OperationRecord record) =>
        $"{record.SubType ?? record.Kind.Type}{(record.Name is null ? "" : $" '{record.Name}'")} {record.Status}";
}
