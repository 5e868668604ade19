using Microsoft.AspNetCore.Http;
using Perdure.Engine.Invocation;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Changes the durable configuration of a function's latest version. Executions that are under way keep the one they began with.</summary>
internal sealed class UpdateFunctionConfiguration : FunctionOperation
{
    public override string Method => "PUT";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}/configuration");

    public override ApiRights Right => ApiRights.Configure;

    protected override bool TakesQualifier => false;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var config = DurableConfigBody.Read(JsonBody.Parse(request.Body));
        var changed = function.Change(request.Engine, known => config is not null && !known.Default.IsDurable
            ? throw new ApiException(ApiErrors.InvalidParameterValue, "A function can be made durable only when it is created.")
            : known.With(config?.On(known.Default) ?? known.Default))!; // not removed
        return Task.FromResult(ApiResult.Json(
            StatusCodes.Status200OK, json => FunctionJson.Write(json, changed.Default, withVersion: false, request.Engine.Rules.DefaultRetention)));
    }
}
