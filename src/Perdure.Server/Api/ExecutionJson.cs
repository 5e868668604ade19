using System.Text.Json;
using Perdure.Engine.Executions;
using Perdure.Protocol;
using Perdure.Server.Http;
using Perdure.Storage;

namespace Perdure.Server.Api;

/// <summary>What one execution and lists of them have in common.</summary>
internal static class ExecutionJson
{
    public static void WriteSummary(Utf8JsonWriter json, ExecutionDescription execution) =>
        Write(json, execution.Arn, execution.Name, execution.Status, execution.StartedAt, execution.EndedAt);

    public static void WriteSummary(Utf8JsonWriter json, ExecutionRow row) =>
        Write(json, ExecutionArn.Of(row.Identity), row.Identity.Name, row.State.Status, row.Identity.StartedAt, row.State.EndedAt);

    private static void Write(Utf8JsonWriter json, string arn, string name, ExecutionStatus status, DateTimeOffset startedAt, DateTimeOffset? endedAt)
    {
        json.WriteString("DurableExecutionArn", arn);
        json.WriteString("DurableExecutionName", name);
        json.WriteString("FunctionArn", ExecutionName.FunctionArn(arn));
        json.WriteString("Status", WireNames.Of(status));
        json.WriteInstant("StartTimestamp", startedAt);
        json.WriteInstant("EndTimestamp", endedAt);
    }
}
