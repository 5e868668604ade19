using System.Text.Json;
using Perdure.Conformance.Handlers;
using Perdure.Protocol;

namespace Perdure.Conformance.Service;

/// <summary>The engine in this process, without HTTP in between. Functions that end their process run in one of their own.</summary>
internal sealed class EmbeddedService : IServiceUnderTest
{
    private readonly FunctionCatalogue _functions;
    private readonly FunctionHosts _hosts;

    private EmbeddedService(FunctionCatalogue functions, FunctionHosts hosts)
    {
        _functions = functions;
        _hosts = hosts;
    }

    public static async Task<EmbeddedService> StartAsync(FunctionCatalogue functions, RunLog log) =>
        new(functions, await FunctionHosts.StartAsync(functions, log));

    public Task<string> StartAsync(string function, string payload, CancellationToken cancellationToken) =>
        _hosts.Here.Client.StartAsync(function, new RawJson(payload), cancellationToken: cancellationToken);

    public async Task<string> InvokeAsync(string function, string payload, CancellationToken cancellationToken)
    {
        if (_functions.EndsProcess(function)) return await _hosts.RunInProcessesAsync(function, payload, cancellationToken);
        var arn = await StartAsync(function, payload, cancellationToken);
        try
        {
            await _hosts.Here.Client.WaitForResultAsync<RawJson>(arn, cancellationToken);
        }
        catch (ExecutionFailedException)
        {
            // However it ended: the requirement says how it has to.
        }

        return arn;
    }

    public async Task<IReadOnlyList<JsonElement>> GetHistoryAsync(string executionArn, CancellationToken cancellationToken)
    {
        List<JsonElement> events = [];
        await foreach (var e in _hosts.Of(executionArn).Client.GetHistoryAsync(executionArn, cancellationToken: cancellationToken))
            events.Add(JsonSerializer.SerializeToElement(e, ServiceJson.Default.HistoryEvent));
        return events;
    }

    public async Task<ExecutionEnd> GetEndAsync(string executionArn, CancellationToken cancellationToken)
    {
        var execution = await _hosts.Of(executionArn).Client.GetAsync(executionArn, cancellationToken)
            ?? throw new ExecutionNotFoundException($"{executionArn} is gone.");
        return new ExecutionEnd(WireWord.Of(execution.Status), execution.Result);
    }

    // The embedded client always has an answer to write: no answer is JSON's null.
    public Task SendCallbackSuccessAsync(string callbackId, string? body, CancellationToken cancellationToken) =>
        _hosts.Here.Client.SendCallbackSuccessAsync(callbackId, new RawJson(body ?? "null"), cancellationToken);

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject error, CancellationToken cancellationToken) =>
        _hosts.Here.Client.SendCallbackFailureAsync(callbackId, error, cancellationToken);

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken) =>
        _hosts.Here.Client.SendCallbackHeartbeatAsync(callbackId, cancellationToken);

    public Task StopAsync(string executionArn, CancellationToken cancellationToken) =>
        _hosts.Here.Client.StopAsync(executionArn, cancellationToken: cancellationToken);

    public ValueTask DisposeAsync() => _hosts.DisposeAsync();
}
