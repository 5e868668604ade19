using System.Text.Json;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;

namespace Perdure.Server.Api;

/// <summary>A function in one version, as the API describes it.</summary>
internal static class FunctionJson
{
    public static void Write(Utf8JsonWriter json, FunctionDefinition function, bool withVersion, TimeSpan defaultRetention)
    {
        json.WriteString("FunctionName", function.Name);
        json.WriteString("FunctionArn", ExecutionArn.OfFunction(function.Name, withVersion ? function.Version : null));
        json.WriteString("Version", function.Version);
        json.WriteString("State", "Active");
        json.WriteString("LastUpdateStatus", "Successful");
        if (function.IsDurable)
        {
            json.WriteStartObject("DurableConfig");
            json.WriteNumber("ExecutionTimeout", function.ExecutionTimeoutSeconds);
            json.WriteNumber("RetentionPeriodInDays", function.RetentionDays > 0 ? function.RetentionDays : (int)defaultRetention.TotalDays);
            json.WriteEndObject();
        }

        if (!function.HasTenants) return;
        json.WriteStartObject("TenancyConfig");
        json.WriteString("TenantIsolationMode", "PER_TENANT");
        json.WriteEndObject();
    }
}
