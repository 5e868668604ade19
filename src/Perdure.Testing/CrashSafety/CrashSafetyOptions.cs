namespace Perdure.Testing;

/// <summary>What <c>VerifyCrashSafetyAsync</c> tries, and what it lets pass.</summary>
public sealed record CrashSafetyOptions
{
    /// <summary>What goes wrong at each commit, in a run of its own. Default all four.</summary>
    public IReadOnlyList<CrashPoint> Points { get; init; } = Enum.GetValues<CrashPoint>();

    /// <summary>
    /// Whether the function may give up instead of repeating, as at-most-once steps do. Result, operations and missing effects are then not
    /// compared; an effect that happens more often than undisturbed still fails. Default false.
    /// </summary>
    public bool MayGiveUp { get; init; }

    /// <summary>How many commits a run may have. More fail: the proof would take too long. Default 500.</summary>
    public int MaxCommits { get; init; } = 500;
}

/// <summary>What goes wrong around one commit.</summary>
public enum CrashPoint
{
    /// <summary>The node is killed before it is durable: bodies have run, and nobody knows.</summary>
    KillBefore,

    /// <summary>The node is killed when it is durable, before it learns so.</summary>
    KillAfter,

    /// <summary>The store fails: nothing is durable, and the node tries again.</summary>
    Fail,

    /// <summary>It is durable, but the node is told that the store cannot be reached.</summary>
    LoseReply,
}

/// <summary>A crash changed what can be observed of a function.</summary>
public sealed class CrashSafetyException : Exception
{
    internal CrashSafetyException(string message, int commit, CrashPoint? point, Exception? innerException = null) : base(message, innerException)
    {
        Commit = commit;
        Point = point;
    }

    /// <summary>The first commit at which it did, from 1; 0 when the undisturbed run was the problem.</summary>
    public int Commit { get; }

    /// <summary>What went wrong there; null when the undisturbed run was the problem.</summary>
    public CrashPoint? Point { get; }
}
