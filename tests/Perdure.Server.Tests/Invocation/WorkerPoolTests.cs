using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Server.Invocation;
using Perdure.Server.Invocation.Process;

namespace Perdure.Server.Tests.Invocation;

/// <summary>Real processes that are no workers.</summary>
public class WorkerPoolTests
{
    private static readonly RemoteInvocation Invocation =
        new("one", "arn:aws:lambda:local:000000000000:function:orders:$LATEST/durable-execution/name/id", "{}"u8.ToArray(), "Root=1", null);

    [Fact]
    public async Task A_command_that_ends_at_once_reaches_nothing_and_says_why()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        await using var pool = PoolOf("echo no such module >&2; exit 3", startSeconds: 5);

        var answer = await pool.InvokeAsync(Invocation, TestContext.Current.CancellationToken);

        var error = Assert.IsType<RemoteAnswer.NotReached>(answer).Error;
        Assert.Equal("Runtime.ExitError", error.ErrorType);

        // Not the exit code: a host that runs with SIGCHLD ignored is never told it.
        Assert.Contains("Its last lines: no such module", error.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_ask_for_work_is_ended_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        await using var pool = PoolOf("sleep 600", startSeconds: 1);

        var answer = await pool.InvokeAsync(Invocation, TestContext.Current.CancellationToken);

        Assert.Contains("did not ask", Assert.IsType<RemoteAnswer.NotReached>(answer).Error.ErrorMessage, StringComparison.Ordinal);
    }

    private static WorkerPool PoolOf(string command, int startSeconds) => new(
        new WorkerCommand("orders", command) { Handler = "handler", Environment = new Dictionary<string, string>(), PassedEnvironment = [] },
        new WorkerLimits(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(startSeconds)),
        static () => new WorkerService(new Uri("http://127.0.0.1:1"), "local", "key", "secret"),
        TimeProvider.System,
        new WorkerLog(NullLogger.Instance, "orders"));
}
