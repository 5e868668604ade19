using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Client;
using Perdure.Operations;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>A running function records its progress.</summary>
internal sealed class CheckpointDurableExecution : ExecutionOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/checkpoint");

    public override ApiRights Right => ApiRights.Execute;

    public override int MaxBodyBytes => int.MaxValue;

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var body = JsonBody.Parse(request.Body);
        var updates = body.List("Updates");
        var (token, clientToken) = (body.Text("CheckpointToken"), body.Text("ClientToken"));
        Validate(token, clientToken, updates);
        var asked = new CheckpointRequest(
            arn.Text, token!, // required above
            [.. updates.Select(static update => update.Deserialize(ServiceJson.Default.OperationUpdate)!)], // objects, as was looked at
            clientToken);
        var answer = await StaleTokens.WordedForAsync(request, () => request.Engine.ServiceFor(request.Caller).CheckpointAsync(asked, request.Aborted)).ConfigureAwait(false);
        return ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            json.WriteOptional("CheckpointToken", answer.CheckpointToken);
            json.WriteStartObject("NewExecutionState");
            json.WriteOperations(answer.Operations);
            json.WriteEndObject();
        });
    }

    private static void Validate(string? token, string? clientToken, IReadOnlyList<JsonElement> updates)
    {
        var constraints = new Constraints();
        constraints.NotNull(token, "checkpointToken");
        constraints.Text(token, "checkpointToken", 2048, Patterns.Base64);
        constraints.Text(clientToken, "clientToken", 64, Patterns.Visible);
        for (var i = 0; i < updates.Count; i++)
        {
            var field = $"updates.{i + 1}.member";
            var update = JsonBody.Of(updates[i], field);
            var (id, type, action) = (update.Text("Id"), update.Text("Type"), update.Text("Action"));
            constraints.NotNull(id, $"{field}.id");
            constraints.Text(id, $"{field}.id", 64, Patterns.Name);
            constraints.Text(update.Text("ParentId"), $"{field}.parentId", 64, Patterns.Name);
            constraints.Text(update.Text("Name"), $"{field}.name", PerdureLimits.MaxOperationName, Patterns.Printable);
            constraints.Text(update.Text("SubType"), $"{field}.subType", 32, Patterns.Name);
            constraints.NotNull(type, $"{field}.type");
            constraints.OneOf(type, $"{field}.type", OperationKinds.List.Select(static kind => kind.Type));
            constraints.NotNull(action, $"{field}.action");
            constraints.OneOf(action, $"{field}.action", WireNames.Actions);
        }

        constraints.Require();
    }
}
