using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Ends an execution now. Again is answered alike.</summary>
internal sealed class StopDurableExecution : ExecutionOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/stop");

    public override ApiRights Right => ApiRights.Operate;

    public override int MaxBodyBytes => ErrorBody.MaxBytes;

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var error = ErrorBody.Read(request.Body);
        await FindAsync(request, arn).ConfigureAwait(false);
        var stoppedAt = await request.Engine.Client.StopAsync(arn.Text, error, request.Aborted).ConfigureAwait(false);
        return ApiResult.Json(StatusCodes.Status200OK, json => json.WriteInstant("StopTimestamp", stoppedAt));
    }
}
