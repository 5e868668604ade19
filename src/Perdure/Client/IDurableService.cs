namespace Perdure.Client;

/// <summary>What a running invocation asks of the service: two operations, in-process or over HTTP.</summary>
internal interface IDurableService
{
    /// <summary>Makes a batch of updates durable, all or none, and returns what changed since the handler last looked.</summary>
    /// <exception cref="CheckpointRefusedException">The token is stale: this invocation is no longer the execution's current one.</exception>
    /// <exception cref="Operations.InvalidTransitionException">The batch is not allowed; nothing was changed.</exception>
    Task<CheckpointResponse> CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken);

    /// <summary>A body says that it is still at work, and how far it is. Not journalled; the last one counts.</summary>
    /// <exception cref="CheckpointRefusedException">This invocation is no longer the execution's current one.</exception>
    Task BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken);

    /// <summary>How far an earlier attempt, or an earlier invocation's, said that it was; null when none did.</summary>
    Task<string?> GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken);

    /// <summary>A page of the recorded operations that the function may see, in start order. It reads only: the token stays the current one.</summary>
    /// <param name="executionArn">The execution.</param>
    /// <param name="checkpointToken">The current token.</param>
    /// <param name="marker">Where the page before ended; empty for the first. It is good for as long as the token is.</param>
    /// <param name="maxItems">At most this many, from 1.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CheckpointRefusedException">The token is stale.</exception>
    /// <exception cref="InvalidMarkerException">The marker is not one of this listing.</exception>
    Task<InitialExecutionState> GetStateAsync(string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken);
}

/// <param name="ExecutionArn">The execution.</param>
/// <param name="CheckpointToken">The token that the last answer gave.</param>
/// <param name="Updates">At most 200 updates; empty to poll.</param>
/// <param name="ClientToken">The same for every repetition of the same request.</param>
internal sealed record CheckpointRequest(
    string ExecutionArn, string CheckpointToken, IReadOnlyList<OperationUpdate> Updates, string? ClientToken);

/// <param name="CheckpointToken">The next token; null when no further checkpoint is accepted from this invocation.</param>
/// <param name="Operations">Every operation that changed, in order of change, in full.</param>
internal sealed record CheckpointResponse(string? CheckpointToken, IReadOnlyList<Operation> Operations);

/// <summary>A checkpoint was refused because its token is not the current one. The invocation must stop; another one goes on.</summary>
internal sealed class CheckpointRefusedException(string message) : DurableExecutionException(message);

/// <summary>A page was asked for that no earlier page led to.</summary>
internal sealed class InvalidMarkerException() : DurableExecutionException("Invalid Marker");
