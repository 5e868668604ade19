namespace Perdure.Testing;

/// <summary>What can go wrong in production, to be ordered in a test. Give them to <see cref="TestRunnerOptions.Faults"/>.</summary>
/// <remarks>
/// <para>
/// The faults around commits are named by number (1 is the start of the first execution; every change that becomes durable counts) or
/// by operation (the commit that records the end of the first operation of that name). Each happens once, and a commit that went wrong
/// goes well when the engine repeats it. A durable function's result must not depend on any of them: the engine repeats what was not
/// committed, asks the journal after a lost reply, and goes on after a crash from what is recorded.
/// </para>
/// <para><c>VerifyCrashSafetyAsync</c> tries every commit by itself; a rule is for a test that needs this one.</para>
/// </remarks>
public static class Faults
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(1);

    /// <summary>The store fails at the commit of this number: nothing becomes durable, and the engine tries again.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public static Fault FailCheckpoint(int number) => At(CommitFaultKind.Fail, number);

    /// <summary>The store fails at the commit that records this operation's end.</summary>
    /// <exception cref="ArgumentException"><paramref name="operation"/> is null or empty.</exception>
    public static Fault FailCheckpoint(string operation) => At(CommitFaultKind.Fail, operation);

    /// <summary>The commit of this number becomes durable, but its reply is lost: the engine must find out what happened.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public static Fault LoseResponse(int number) => At(CommitFaultKind.LoseReply, number);

    /// <summary>The reply to the commit that records this operation's end is lost.</summary>
    /// <exception cref="ArgumentException"><paramref name="operation"/> is null or empty.</exception>
    public static Fault LoseResponse(string operation) => At(CommitFaultKind.LoseReply, operation);

    /// <summary>The node is killed before the commit of this number becomes durable; another starts on the same store.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public static Fault CrashBefore(int number) => At(CommitFaultKind.CrashBefore, number);

    /// <summary>The node is killed before this operation's end is recorded: its body has run, and nobody knows.</summary>
    /// <exception cref="ArgumentException"><paramref name="operation"/> is null or empty.</exception>
    public static Fault CrashBefore(string operation) => At(CommitFaultKind.CrashBefore, operation);

    /// <summary>The node is killed when the commit of this number has become durable; another starts on the same store.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public static Fault CrashAfter(int number) => At(CommitFaultKind.CrashAfter, number);

    /// <summary>The node is killed when this operation's end has been recorded.</summary>
    /// <exception cref="ArgumentException"><paramref name="operation"/> is null or empty.</exception>
    public static Fault CrashAfter(string operation) => At(CommitFaultKind.CrashAfter, operation);

    /// <summary>Every answer sent to a callback through the runner is delivered twice, as at-least-once messaging does.</summary>
    /// <remarks>The second delivery must be refused with <see cref="CallbackClosedException"/>; the runner throws when it is accepted.</remarks>
    public static Fault DuplicateCallback() => new DuplicateCallbackFault();

    /// <summary>Time passes before each body of the steps of this name: leases are renewed, timers, timeouts and deadlines fire meanwhile.</summary>
    /// <param name="operation">The step's name.</param>
    /// <param name="by">How much: more than zero, at most one day.</param>
    /// <exception cref="ArgumentException"><paramref name="operation"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is out of range.</exception>
    public static Fault SlowStep(string operation, TimeSpan by)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(by, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(by, LongestStep);
        return new SlowStepFault(operation, by);
    }

    private static CommitFault At(CommitFaultKind kind, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return new CommitFault(kind, number, null);
    }

    private static CommitFault At(CommitFaultKind kind, string operation)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        return new CommitFault(kind, 0, operation);
    }
}
