using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Pauses an execution: its function is not invoked until it is resumed. Again changes nothing, and is answered alike.</summary>
internal sealed class PauseDurableExecution : ExecutionOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2025-12-01/durable-executions/{{{Label}}}/pause");

    public override ApiRights Right => ApiRights.Operate;

    protected override async Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn)
    {
        var body = JsonBody.Parse(request.Body);
        var reason = SteeringBody.Reason(body);
        var pausesTimeout = body.Flag("ExecutionTimeoutPaused") ?? false;
        await FindAsync(request, arn).ConfigureAwait(false);
        var applied = await request.Engine.Client.PauseAsync(arn.Text, reason, pausesTimeout, request.Aborted).ConfigureAwait(false);
        if (!applied) await SteeringBody.RequireNotOverAsync(request, arn).ConfigureAwait(false);
        return ApiResult.Empty;
    }
}
