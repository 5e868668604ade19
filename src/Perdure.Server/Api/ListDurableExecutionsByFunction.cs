using Microsoft.AspNetCore.Http;
using Perdure.Engine.Executions;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The executions of a function, newest first.</summary>
internal sealed class ListDurableExecutionsByFunction : FunctionOperation
{
    private static readonly Dictionary<string, ExecutionStatus> Statuses = Enum.GetValues<ExecutionStatus>().ToDictionary(WireNames.Of);

    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2025-12-01/functions/{{{Label}}}/durable-executions");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } =
    [
        new("Qualifier", "query"), new("DurableExecutionName", "query"), new("Statuses", "query", "array"), new("StartedAfter", "query"),
        new("StartedBefore", "query"), new("ReverseOrder", "query", "boolean"), .. ApiParameter.Paging,
    ];

    protected override async Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        // Types first, then every constraint at once, then whether it can be served, then whether there is such a function.
        var query = request.Query;
        var (after, before, oldestFirst, page) = (query.Instant("StartedAfter"), query.Instant("StartedBefore"), query.Flag("ReverseOrder", otherwise: false), PageRequest.Of(query));
        var (name, statuses) = (query.Text("DurableExecutionName"), query.List("Statuses"));
        var constraints = new Constraints();
        page.Check(constraints);
        constraints.Text(name, "durableExecutionName", PerdureLimits.MaxExecutionName, Patterns.Name);
        foreach (var status in statuses) constraints.OneOf(status, "statuses", Statuses.Keys);
        constraints.Require();
        if (statuses.Count > 1) throw new ApiException(ApiErrors.InvalidParameterValue, "Cannot filter by more than one status");
        var executions = new ExecutionQuery(function.Name)
        {
            Version = function.Qualifier is { } qualifier ? request.Engine.Functions.Served(function.Name)?.Resolve(qualifier)?.Version ?? qualifier : null,
            Name = name,
            Status = statuses.Count == 0 ? null : Statuses[statuses[0]],
            StartedAfter = after,
            StartedBefore = before,
            OldestFirst = oldestFirst,
        };
        var found = await request.Engine.Executions.ReadAsync(executions, page.Marker, page.Items, request.Aborted).ConfigureAwait(false);

        // A function that is not served any more keeps its executions; one that never was is a mistake.
        if (found.Rows.Count == 0 && request.Engine.Functions.Find(function.Name) is null) throw function.NotFound();
        return ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("DurableExecutions");
            foreach (var row in found.Rows)
            {
                json.WriteStartObject();
                ExecutionJson.WriteSummary(json, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteOptional("NextMarker", found.NextMarker);
        });
    }
}
