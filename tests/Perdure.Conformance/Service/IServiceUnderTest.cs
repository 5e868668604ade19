using System.Text.Json;

namespace Perdure.Conformance.Service;

/// <summary>What the runner needs of a durable execution service. Everything is in the words of the wire; nothing of it is Perdure's own.</summary>
internal interface IServiceUnderTest : IAsyncDisposable
{
    /// <summary>Starts an execution and returns its ARN at once.</summary>
    Task<string> StartAsync(string function, string payload, CancellationToken cancellationToken);

    /// <summary>Starts an execution and returns its ARN when it is over, however it ended.</summary>
    Task<string> InvokeAsync(string function, string payload, CancellationToken cancellationToken);

    /// <summary>All events so far, in order, with their data.</summary>
    Task<IReadOnlyList<JsonElement>> GetHistoryAsync(string executionArn, CancellationToken cancellationToken);

    Task<ExecutionEnd> GetEndAsync(string executionArn, CancellationToken cancellationToken);

    /// <param name="callbackId">The callback.</param>
    /// <param name="body">The answer, verbatim; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task SendCallbackSuccessAsync(string callbackId, string? body, CancellationToken cancellationToken);

    Task SendCallbackFailureAsync(string callbackId, ErrorObject error, CancellationToken cancellationToken);

    Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken);

    Task StopAsync(string executionArn, CancellationToken cancellationToken);
}

/// <summary>Where an execution stands.</summary>
/// <param name="Status">Such as <c>SUCCEEDED</c>.</param>
/// <param name="Result">The result as serialized text; null for none.</param>
internal sealed record ExecutionEnd(string Status, string? Result);
