using System.Text.Json;
using Perdure.Conformance.Service;

namespace Perdure.Tests.Conformance.Requirements;

/// <summary>A service with one execution, whose history is what a test says, and which notes what it is asked.</summary>
internal sealed class FakeService(params string[] events) : IServiceUnderTest
{
    public const string Arn = "arn:aws:lambda:local:000000000000:function:1-1:$LATEST/durable-execution/n/i";

    public ExecutionEnd End { get; init; } = new("SUCCEEDED", "\"done\"");

    public List<string> Calls { get; } = [];

    public IReadOnlyList<JsonElement> History { get; } = [.. events.Select(text => JsonElement.Parse(text))];

    public Task<string> StartAsync(string function, string payload, CancellationToken cancellationToken) => Note($"start {function} {payload}");

    public Task<string> InvokeAsync(string function, string payload, CancellationToken cancellationToken) => Note($"invoke {function} {payload}");

    public Task<IReadOnlyList<JsonElement>> GetHistoryAsync(string executionArn, CancellationToken cancellationToken) => Task.FromResult(History);

    public Task<ExecutionEnd> GetEndAsync(string executionArn, CancellationToken cancellationToken) => Task.FromResult(End);

    public Task SendCallbackSuccessAsync(string callbackId, string? body, CancellationToken cancellationToken) => Note($"success {callbackId} {body}");

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject error, CancellationToken cancellationToken) => Note($"failure {callbackId} {error.ErrorType} {error.ErrorMessage}");

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken) => Note($"heartbeat {callbackId}");

    public Task StopAsync(string executionArn, CancellationToken cancellationToken) => Note("stop");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<string> Note(string call)
    {
        Calls.Add(call);
        return Task.FromResult(Arn);
    }
}
