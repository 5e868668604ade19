using System.Collections.Concurrent;
using System.Text.Json;
using Perdure.Conformance.Handlers;
using Perdure.Protocol;

namespace Perdure.Conformance.Service;

/// <summary>The engine in this process, on SQLite. Functions that end their process run in one of their own.</summary>
internal sealed class EmbeddedService : IServiceUnderTest
{
    private readonly FunctionCatalogue _functions;
    private readonly RunLog _log;
    private readonly string _folder;
    private readonly FunctionHost _host;
    private readonly ConcurrentDictionary<string, FunctionHost> _ended = new();

    private EmbeddedService(FunctionCatalogue functions, RunLog log, string folder, FunctionHost host)
    {
        _functions = functions;
        _log = log;
        _folder = folder;
        _host = host;
    }

    public static async Task<EmbeddedService> StartAsync(FunctionCatalogue functions, RunLog log)
    {
        var folder = Directory.CreateTempSubdirectory("perdure-conformance-").FullName;
        return new EmbeddedService(functions, log, folder, await FunctionHost.StartAsync(folder, functions, log));
    }

    public Task<string> StartAsync(string function, string payload, CancellationToken cancellationToken) =>
        _host.Client.StartAsync(function, new RawJson(payload), cancellationToken: cancellationToken);

    public async Task<string> InvokeAsync(string function, string payload, CancellationToken cancellationToken)
    {
        if (_functions.EndsProcess(function)) return await InvokeInProcessesAsync(function, payload, cancellationToken);
        var arn = await StartAsync(function, payload, cancellationToken);
        try
        {
            await _host.Client.WaitForResultAsync<RawJson>(arn, cancellationToken);
        }
        catch (ExecutionFailedException)
        {
            // However it ended: the requirement says how it has to.
        }

        return arn;
    }

    private async Task<string> InvokeInProcessesAsync(string function, string payload, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, function)).FullName;
        await WorkerProcess.RunToEndAsync(folder, function, payload, _log, cancellationToken);
        var host = await FunctionHost.StartAsync(folder, functions: null, _log);
        var execution = await host.Client.ListAsync(cancellationToken: cancellationToken).SingleAsync(cancellationToken);
        _ended[execution.Arn] = host;
        return execution.Arn;
    }

    public async Task<IReadOnlyList<JsonElement>> GetHistoryAsync(string executionArn, CancellationToken cancellationToken)
    {
        List<JsonElement> events = [];
        await foreach (var e in ClientOf(executionArn).GetHistoryAsync(executionArn, cancellationToken: cancellationToken))
            events.Add(JsonSerializer.SerializeToElement(e, ServiceJson.Default.HistoryEvent));
        return events;
    }

    public async Task<ExecutionEnd> GetEndAsync(string executionArn, CancellationToken cancellationToken)
    {
        var execution = await ClientOf(executionArn).GetAsync(executionArn, cancellationToken)
            ?? throw new ExecutionNotFoundException($"{executionArn} is gone.");
        return new ExecutionEnd(WireWord.Of(execution.Status), execution.Result);
    }

    // The embedded client always has an answer to write: no answer is JSON's null.
    public Task SendCallbackSuccessAsync(string callbackId, string? body, CancellationToken cancellationToken) =>
        _host.Client.SendCallbackSuccessAsync(callbackId, new RawJson(body ?? "null"), cancellationToken);

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject error, CancellationToken cancellationToken) =>
        _host.Client.SendCallbackFailureAsync(callbackId, error, cancellationToken);

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken) =>
        _host.Client.SendCallbackHeartbeatAsync(callbackId, cancellationToken);

    public Task StopAsync(string executionArn, CancellationToken cancellationToken) =>
        _host.Client.StopAsync(executionArn, cancellationToken: cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _ended.Values) await host.DisposeAsync();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private IPerdureClient ClientOf(string executionArn) => (_ended.GetValueOrDefault(executionArn) ?? _host).Client;
}
