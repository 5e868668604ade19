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
        var current = function.FindServed(request.Engine).Default;
        if (config is not null && !current.IsDurable)
            throw new ApiException(ApiErrors.InvalidParameterValue, "A function can be made durable only when it is created.");
        var changed = request.Engine.Functions.Change(function.Name, known => known is null ? null : known.With(config?.On(known.Default) ?? known.Default))
            ?? throw function.NotFound();
        return Task.FromResult(ApiResult.Json(
            StatusCodes.Status200OK, json => FunctionJson.Write(json, changed.Default, withVersion: false, request.Engine.Rules.DefaultRetention)));
    }
}
