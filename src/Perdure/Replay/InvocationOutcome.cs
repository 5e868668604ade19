namespace Perdure.Replay;

/// <summary>How an invocation ended. A closed set: the engine handles each.</summary>
internal abstract record InvocationOutcome
{
    private InvocationOutcome()
    {
    }

    /// <summary>The function returned.</summary>
    public sealed record Succeeded(string? Result) : InvocationOutcome;

    /// <summary>The function threw.</summary>
    public sealed record Failed(ErrorObject Error) : InvocationOutcome;

    /// <summary>The code no longer matches the record, and somebody is to look at it: nothing is lost, and nothing goes on.</summary>
    public sealed record Mismatched(ErrorObject Error) : InvocationOutcome;

    /// <summary>The function waits for something that the service completes.</summary>
    /// <param name="SeenToken">The token of the last answer that the function has taken in: what it has seen.</param>
    public sealed record Pending(string SeenToken) : InvocationOutcome;

    /// <summary>The host is stopping: the function rests between two operations and must be invoked again.</summary>
    public sealed record Yielded : InvocationOutcome;

    /// <summary>The invocation broke: it is to be repeated.</summary>
    public sealed record Crashed(ErrorObject Error) : InvocationOutcome;

    /// <summary>Another invocation is the current one. Nothing of this one may be recorded.</summary>
    public sealed record Superseded : InvocationOutcome;
}
