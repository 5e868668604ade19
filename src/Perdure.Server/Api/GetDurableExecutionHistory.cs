using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Engine.Executions;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>What happened in an execution, event by event.</summary>
internal sealed class GetDurableExecutionHistory : ExecutionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/history");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } =
        [new("IncludeExecutionData", "query", "boolean"), new("ReverseOrder", "query", "boolean"), .. ApiParameter.Paging];

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var withData = request.Query.Flag("IncludeExecutionData", otherwise: true);
        var newestFirst = request.Query.Flag("ReverseOrder", otherwise: false);
        var page = PageRequest.Of(request.Query);
        var constraints = new Constraints();
        page.Check(constraints);
        constraints.Require();
        var row = await FindAsync(request, arn).ConfigureAwait(false);
        var history = await request.Engine.History.ReadAsync(row, new HistoryQuery(page.Marker, page.Items, newestFirst, withData), request.Aborted)
            .ConfigureAwait(false);
        return ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("Events");
            foreach (var e in history.Events) JsonSerializer.Serialize(json, e, ServiceJson.Default.HistoryEvent);
            json.WriteEndArray();
            json.WriteOptional("NextMarker", history.NextMarker);
        });
    }
}
