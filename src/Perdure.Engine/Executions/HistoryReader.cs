using Perdure.Operations;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>History events as journal entries tell them.</summary>
internal static class HistoryReader
{
    public static IEnumerable<HistoryEvent> Events(JournalEntry entry, bool includeData)
    {
        var changes = EntryJson.Read(entry.Entry);
        var operations = changes.Operations.ToDictionary(operation => operation.Id);
        var payloads = new JournalPayloads(includeData);
        payloads.Add(entry.Version, entry.Payload);
        for (var i = 0; i < changes.Events.Count; i++)
            yield return Describe(changes.Events[i], changes.FirstEventId + i, changes.At, operations, payloads);
    }

    private static HistoryEvent Describe(
        EventRecord record, long id, DateTimeOffset at, Dictionary<string, OperationRecord> operations, PayloadReader payloads)
    {
        var historyEvent = new HistoryEvent { EventType = record.Type, EventId = id, EventTimestamp = at };
        if (record.OperationId is not { } operationId)
        {
            var facts = (InvocationFacts)record.Facts!; // the only event without an operation
            return historyEvent with
            {
                InvocationCompletedDetails = new InvocationCompletedDetails(
                    facts.StartedAt, facts.EndedAt, facts.RequestId, record.Error is null ? null : payloads.EventError(record.Error)),
            };
        }

        var operation = operations[operationId];
        return operation.Kind.Describe(
            historyEvent with { Id = operation.Id, Name = operation.Name, SubType = operation.SubType, ParentId = operation.ParentId }, record, payloads);
    }
}
