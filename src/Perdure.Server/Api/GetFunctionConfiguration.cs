using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>How a function is configured.</summary>
internal sealed class GetFunctionConfiguration : FunctionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}/configuration");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("Qualifier", "query")];

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var definition = function.Find(request.Engine);
        return Task.FromResult(ApiResult.Json(
            StatusCodes.Status200OK, json => FunctionJson.Write(json, definition, function.Qualifier is not null, request.Engine.Rules.DefaultRetention)));
    }
}
