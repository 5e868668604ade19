using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>A running function reads what is recorded, page by page. It needs the current token, and leaves it current.</summary>
internal sealed class GetDurableExecutionState : ExecutionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/state");

    public override ApiRights Right => ApiRights.Execute;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("CheckpointToken", "query"), .. ApiParameter.Paging];

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var token = request.Query.Text("CheckpointToken");
        var page = PageRequest.Of(request.Query);
        var constraints = new Constraints();
        constraints.NotNull(token, "checkpointToken");
        constraints.Text(token, "checkpointToken", 2048, Patterns.Base64);
        page.Check(constraints);
        constraints.Require();
        var state = await StaleTokens.WordedForAsync(
            request,
            () => request.Engine.ServiceFor(request.Caller).GetStateAsync(arn.Text, token!, page.Marker, page.Items, request.Aborted)).ConfigureAwait(false); // required above
        return ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            json.WriteOperations(state.Operations);
            json.WriteOptional("NextMarker", state.NextMarker);
        });
    }
}
