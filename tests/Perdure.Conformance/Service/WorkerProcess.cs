using System.Diagnostics;
using System.Text.Json.Nodes;
using Perdure.Conformance.Handlers;

namespace Perdure.Conformance.Service;

/// <summary>One execution in a process of its own, started again over the same folder each time its function ends it.</summary>
/// <remarks>The runner starts itself: what crashes is a real process, and what goes on is what it left on the disk.</remarks>
internal static class WorkerProcess
{
    private const string Command = "worker";
    private const int MaxStarts = 5;

    /// <summary>Whether these are the arguments of a worker.</summary>
    public static bool IsWorker(string[] args) => args is [Command, _, _, _];

    /// <summary>The worker's side: starts the execution or joins it, and returns when it is over.</summary>
    public static async Task RunAsync(string[] args, FunctionCatalogue functions)
    {
        var (folder, function, payload) = (args[1], args[2], args[3]);
        await using var host = await FunctionHost.StartAsync(folder, functions, new RunLog(Console.Out));
        var arn = await host.Client.StartAsync(function, new RawJson(payload), new StartOptions { ExecutionName = "once" });
        try
        {
            await host.Client.WaitForResultAsync<RawJson>(arn);
        }
        catch (ExecutionFailedException)
        {
            // Over is over.
        }
    }

    /// <summary>The runner's side: starts workers until one reaches the execution's end.</summary>
    public static async Task RunToEndAsync(string folder, string function, string payload, RunLog log, CancellationToken cancellationToken)
    {
        for (var start = 1; start <= MaxStarts; start++)
        {
            if (await RunOnceAsync([Command, folder, function, payload], log, cancellationToken) == 0) return;
        }

        throw new InvalidOperationException($"The execution of {function} was not over after {MaxStarts} processes.");
    }

    private static async Task<int> RunOnceAsync(string[] arguments, RunLog log, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet") { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} could not be started.");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (JsonNode.Parse(line) is JsonObject record) log.Write(record);
            }

            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
