using System.Diagnostics;

namespace Perdure.Server.Invocation.Process;

/// <summary>Starts a worker so that it does not outlive the server, however that ends.</summary>
/// <remarks>
/// A shell of a few hundred kilobytes stands between them. Its standard input is a pipe from the server that nothing is ever written to:
/// when it ends, also because the server was killed, the worker is asked to end, and killed two seconds later. Worker and descendants are
/// a process group, in a session of their own where the system has <c>setsid</c>: a Ctrl+C at the server's terminal is the server's alone,
/// which lets its workers finish. On Windows a worker whose server is killed ends when it next asks for work.
/// </remarks>
internal static class WorkerGuard
{
    private const string Script = """
        own=$1; command=$2
        exec 3<&0 </dev/null
        $own sh -c "$command" 3<&- &
        worker=$!
        {
          trap '' INT HUP
          read -r _ <&3
          kill -TERM -$worker || kill -TERM $worker
          sleep 2
          kill -KILL -$worker || kill -KILL $worker
        } >/dev/null 2>&1 &
        guard=$!
        exec 3<&-
        wait $worker
        code=$?
        kill -KILL -$worker 2>/dev/null
        kill -KILL $guard
        exit $code
        """;

    private static readonly string? SetSid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    public static ProcessStartInfo StartInfo(string command)
    {
        if (OperatingSystem.IsWindows()) return new ProcessStartInfo("cmd.exe", ["/d", "/c", command]);
        string[] shell = ["/bin/sh", "-c", Script, "perdure-worker", SetSid ?? "", command];
        return SetSid is null ? new ProcessStartInfo(shell[0], shell[1..]) : new ProcessStartInfo(SetSid, shell);
    }
}
