using Perdure.Protocol;

namespace Perdure.Testing;

/// <summary>All that is recorded of one execution, as any client of the service can read it.</summary>
internal sealed record RecordedExecution(ExecutionDescription Execution, IReadOnlyList<Operation> Operations, IReadOnlyList<HistoryEvent> Events)
{
    /// <summary>Reads it as it was at one moment, even while it moves on.</summary>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    public static async Task<RecordedExecution> ReadAsync(IPerdureClient client, string executionArn, CancellationToken cancellationToken)
    {
        while (true)
        {
            var execution = await client.GetAsync(executionArn, cancellationToken).ConfigureAwait(false)
                ?? throw new ExecutionNotFoundException($"Durable execution {executionArn} does not exist, or its retention has expired.");
            var events = await client.GetHistoryAsync(executionArn, cancellationToken: cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            var operations = await client.GetOperationsAsync(executionArn, cancellationToken).ConfigureAwait(false);
            var record = new RecordedExecution(execution, operations, events);
            if (record.IsOfOneMoment) return record;
        }
    }

    /// <summary>Each part is read later than the one before; the last shows whether anything happened in between.</summary>
    private bool IsOfOneMoment =>
        Operations[0].Status.IsTerminal() == (Execution.Status != ExecutionStatus.Running)
        && Operations.Max(static operation => operation.Sequence is { } sequence ? Math.Max(sequence.Started, sequence.Ended ?? 0) : 0) <= Events[^1].EventId;

    /// <summary>How often the function was invoked to an end.</summary>
    public int Invocations => Events.Count(static e => e.InvocationCompletedDetails is not null);
}
