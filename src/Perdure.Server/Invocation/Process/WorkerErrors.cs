namespace Perdure.Server.Invocation.Process;

/// <summary>What became of an invocation whose worker did not answer, in AWS's words.</summary>
internal static class WorkerErrors
{
    private const string ExitType = "Runtime.ExitError";

    public static ErrorObject Exit(string requestId, string how) => new() { ErrorType = ExitType, ErrorMessage = $"RequestId: {requestId} Error: {how}" };

    public static ErrorObject Exit(string requestId, int exitCode) => Exit(requestId, $"Runtime exited with error: {Describe(exitCode)}");

    public static ErrorObject TimedOut(string requestId, TimeSpan after) => new()
    {
        ErrorType = "Sandbox.Timedout",
        ErrorMessage = FormattableString.Invariant($"RequestId: {requestId} Error: Task timed out after {after.TotalSeconds:F2} seconds"),
    };

    public static ErrorObject NotStarted(string command, string why) => new() { ErrorType = ExitType, ErrorMessage = $"No worker could be started with `{command}`: {why}" };

    /// <summary>A shell tells a signal by 128 and its number.</summary>
    public static string Describe(int exitCode) => exitCode switch
    {
        137 => "signal: killed",
        > 128 and < 160 => $"signal: {exitCode - 128}",
        _ => $"exit status {exitCode}",
    };
}
