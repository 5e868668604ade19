using System.Text;
using Microsoft.Extensions.Logging;
using Perdure.Protocol;

namespace Perdure.Server.Invocation.Process;

/// <summary>What workers of a function write, line by line, with the execution that it was written for.</summary>
internal sealed partial class WorkerLog(ILogger logger, string function)
{
    private const int LongestLine = 64 * 1024;
    private const int KeptLines = 5;

    /// <summary>Reads to the end of a stream. A line longer than 64 Ki characters is several.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="level">How important its lines are.</param>
    /// <param name="executionArn">What the worker is working for at the moment.</param>
    /// <param name="last">Where the last lines are kept, for the message of a worker that does not start.</param>
    public async Task PumpAsync(StreamReader reader, LogLevel level, Func<string?> executionArn, Queue<string>? last)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                foreach (var c in buffer.AsSpan(0, read))
                {
                    if (c != '\n') line.Append(c);
                    if (c == '\n' || line.Length == LongestLine) Flush();
                }
            }
        }
        catch (IOException)
        {
            // Its end, however it came.
        }

        Flush();

        void Flush()
        {
            var text = line.ToString().TrimEnd('\r');
            line.Clear();
            if (text.Length == 0) return;
            if (last is not null)
            {
                lock (last)
                {
                    if (last.Count == KeptLines) last.Dequeue();
                    last.Enqueue(text);
                }
            }

            Write(level, executionArn(), text);
        }
    }

    /// <summary>The line as it is; of which execution it is, is beside it, for logs that keep more than text.</summary>
    private void Write(LogLevel level, string? executionArn, string line)
    {
        using var scope = executionArn is null ? null : logger.BeginScope(new Dictionary<string, object> { ["ExecutionArn"] = executionArn });
        LogLine(logger, level, executionArn is null ? "-" : ArnParts.ExecutionId(executionArn), line);
    }

    public void Started(int processId) => LogStarted(logger, function, processId);

    public void Ended(int processId, string how) => LogEnded(logger, function, processId, how);

    public void NotStarted(string why, TimeSpan pause) => LogNotStarted(logger, function, why, pause.TotalSeconds);

    [LoggerMessage(EventId = 601, Message = "{ExecutionId} {Line}")]
    private static partial void LogLine(ILogger logger, LogLevel level, string executionId, string line);

    [LoggerMessage(EventId = 602, Level = LogLevel.Debug, Message = "A worker of {Function} has started, process {ProcessId}.")]
    private static partial void LogStarted(ILogger logger, string function, int processId);

    [LoggerMessage(EventId = 603, Level = LogLevel.Debug, Message = "The worker of {Function}, process {ProcessId}, has ended: {How}.")]
    private static partial void LogEnded(ILogger logger, string function, int processId, string how);

    [LoggerMessage(EventId = 604, Level = LogLevel.Error, Message = "A worker of {Function} did not start: {Why} The next one is tried in {Seconds} s.")]
    private static partial void LogNotStarted(ILogger logger, string function, string why, double seconds);
}
