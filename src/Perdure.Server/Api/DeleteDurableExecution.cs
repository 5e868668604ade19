using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Deletes an execution that is over, with its history. Executions that it called stay.</summary>
internal sealed class DeleteDurableExecution : ExecutionOperation
{
    public override string Method => "DELETE";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}");

    public override ApiRights Right => ApiRights.Operate;

    public override int SuccessStatus => StatusCodes.Status202Accepted;

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        await FindAsync(request, arn).ConfigureAwait(false);
        await request.Engine.Client.DeleteAsync(arn.Text, request.Aborted).ConfigureAwait(false);
        return ApiResult.Json(SuccessStatus, json => json.WriteInstant("DeletionRequestTimestamp", request.Engine.Clock.GetUtcNow()));
    }
}
