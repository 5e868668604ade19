namespace Perdure.Testing;

/// <summary>One thing that goes wrong during a test, once. Made by <see cref="Faults"/>, given to <see cref="TestRunnerOptions.Faults"/>.</summary>
public abstract class Fault
{
    private protected Fault()
    {
    }
}

/// <summary>What goes wrong around one commit.</summary>
internal enum CommitFaultKind
{
    /// <summary>The store fails before anything is durable.</summary>
    Fail,

    /// <summary>It is durable, but the reply is lost.</summary>
    LoseReply,

    /// <summary>The node dies before anything is durable.</summary>
    CrashBefore,

    /// <summary>It is durable, and the node dies.</summary>
    CrashAfter,
}

/// <summary>A fault at one commit: the one of this number, or the first that records the end of this operation.</summary>
internal sealed class CommitFault(CommitFaultKind kind, int number, string? operation) : Fault
{
    public CommitFaultKind Kind => kind;

    public bool IsAt(Commit commit) => operation is null
        ? commit.Number <= number && number < commit.Number + commit.Size
        : commit.Ends(operation);

    public override string ToString() => (kind, operation is null ? $"commit {number}" : $"the commit that ends '{operation}'") switch
    {
        (CommitFaultKind.Fail, var where) => $"the store failed at {where}",
        (CommitFaultKind.LoseReply, var where) => $"the store's reply to {where} was lost",
        (CommitFaultKind.CrashBefore, var where) => $"the node was killed before {where}",
        (_, var where) => $"the node was killed after {where}",
    };
}

/// <summary>Every answer that the test sends to a callback arrives twice.</summary>
internal sealed class DuplicateCallbackFault : Fault;

/// <summary>Time passes while a body of this operation is about to run.</summary>
internal sealed class SlowStepFault(string operation, TimeSpan by) : Fault
{
    public string Operation => operation;

    public TimeSpan By => by;
}
