namespace Perdure.Testing;

/// <summary>All that is recorded of one execution, as any client of the service can read it.</summary>
internal sealed record RecordedExecution(ExecutionDescription Execution, IReadOnlyList<Operation> Operations, IReadOnlyList<HistoryEvent> Events)
{
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    public static async Task<RecordedExecution> ReadAsync(IPerdureClient client, string executionArn, CancellationToken cancellationToken)
    {
        var execution = await client.GetAsync(executionArn, cancellationToken).ConfigureAwait(false)
            ?? throw new ExecutionNotFoundException($"Durable execution {executionArn} does not exist, or its retention has expired.");
        return new RecordedExecution(
            execution,
            await client.GetOperationsAsync(executionArn, cancellationToken).ConfigureAwait(false),
            await client.GetHistoryAsync(executionArn, cancellationToken: cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>How often the function was invoked to an end.</summary>
    public int Invocations => Events.Count(static e => e.InvocationCompletedDetails is not null);
}
