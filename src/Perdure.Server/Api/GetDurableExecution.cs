using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Where an execution stands, with its input and its outcome.</summary>
internal sealed class GetDurableExecution : ExecutionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("IncludeExecutionData", "query", "boolean")];

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var withData = request.Query.Flag("IncludeExecutionData", otherwise: true);
        await FindAsync(request, arn).ConfigureAwait(false);
        var execution = await request.Engine.Client.GetAsync(arn.Text, request.Aborted).ConfigureAwait(false) ?? throw Unknown();
        return ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            ExecutionJson.WriteSummary(json, execution);
            json.WriteString("Version", execution.Version);
            json.WriteBoolean("ExecutionDataIncluded", withData);
            if (withData)
            {
                json.WriteOptional("InputPayload", execution.Input);
                json.WriteOptional("Result", execution.Result);
                json.WriteOptional("Error", execution.Error);
            }

            WriteDurableConfig(json, execution, request.Engine.Rules.DefaultRetention);
            if (execution.Pause is { } pause) WritePause(json, pause, withData);
        });
    }

    private static void WriteDurableConfig(Utf8JsonWriter json, ExecutionDescription execution, TimeSpan defaultRetention)
    {
        if (execution.Settings is not { } settings) return;
        json.WriteStartObject("DurableConfig");
        json.WriteNumber("ExecutionTimeout", settings.TimeoutSeconds);
        json.WriteNumber("RetentionPeriodInDays", settings.RetentionDays > 0 ? settings.RetentionDays : (int)defaultRetention.TotalDays);
        json.WriteEndObject();
    }

    private static void WritePause(Utf8JsonWriter json, PauseDetails pause, bool withData)
    {
        json.WriteStartObject("PauseDetails");
        json.WriteInstant("PauseRequestTimestamp", pause.RequestedAt);
        json.WriteBoolean("ExecutionTimeoutPaused", pause.ExecutionTimeoutPaused);
        if (withData) json.WriteOptional("Reason", pause.Reason);
        json.WriteEndObject();
    }
}
