using System.Collections.Concurrent;
using Perdure.Conformance.Handlers;

namespace Perdure.Conformance.Service;

/// <summary>The host of this process, and one for each execution whose function ended processes of its own, over what these left on the disk.</summary>
internal sealed class FunctionHosts : IAsyncDisposable
{
    private readonly RunLog _log;
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, FunctionHost> _ended = new();

    private FunctionHosts(RunLog log, string folder, FunctionHost here)
    {
        _log = log;
        _folder = folder;
        Here = here;
    }

    public FunctionHost Here { get; }

    public static async Task<FunctionHosts> StartAsync(FunctionCatalogue functions, RunLog log)
    {
        var folder = Directory.CreateTempSubdirectory("perdure-conformance-").FullName;
        return new FunctionHosts(log, folder, await FunctionHost.StartAsync(folder, functions, log));
    }

    /// <summary>The one that has the execution.</summary>
    public FunctionHost Of(string executionArn) => _ended.GetValueOrDefault(executionArn) ?? Here;

    /// <summary>Runs an execution to its end in processes of its own, and returns its ARN.</summary>
    public async Task<string> RunInProcessesAsync(string function, string payload, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, function)).FullName;
        await WorkerProcess.RunToEndAsync(folder, function, payload, _log, cancellationToken);
        var host = await FunctionHost.StartAsync(folder, functions: null, _log);
        var execution = await host.Client.ListAsync(cancellationToken: cancellationToken).SingleAsync(cancellationToken);
        _ended[execution.Arn] = host;
        return execution.Arn;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _ended.Values) await host.DisposeAsync();
        await Here.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
