using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Lets a paused execution go on. One that is not paused goes on anyway.</summary>
internal sealed class ResumeDurableExecution : ExecutionOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/resume");

    public override ApiRights Right => ApiRights.Operate;

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var reason = SteeringBody.Reason(JsonBody.Parse(request.Body));
        await FindAsync(request, arn).ConfigureAwait(false);
        var applied = await request.Engine.Client.ResumeAsync(arn.Text, reason, request.Aborted).ConfigureAwait(false);
        if (!applied) await SteeringBody.RequireNotOverAsync(request, arn).ConfigureAwait(false);
        return ApiResult.Empty;
    }
}
