using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>A function. Where its code lies is its invoker's business, and not shown.</summary>
internal sealed class GetFunction : FunctionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("Qualifier", "query")];

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var definition = function.Find(request.Engine);
        return Task.FromResult(ApiResult.Json(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject("Configuration");
            FunctionJson.Write(json, definition, function.Qualifier is not null, request.Engine.Rules.DefaultRetention);
            json.WriteEndObject();
        }));
    }
}
