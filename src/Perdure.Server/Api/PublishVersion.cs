using Microsoft.AspNetCore.Http;
using Perdure.Engine.Invocation;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Keeps a function as it is now under a number of its own. One that has not changed since the last time keeps that number.</summary>
internal sealed class PublishVersion : FunctionOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}/versions");

    public override ApiRights Right => ApiRights.Configure;

    public override int SuccessStatus => StatusCodes.Status201Created;

    protected override bool TakesQualifier => false;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        JsonBody.Parse(request.Body);
        FunctionDefinition published = null!; // what the change that came to be has published
        function.Change(request.Engine, known =>
        {
            if (known.Default.Version != FunctionDefinition.Latest)
                throw new ApiException(ApiErrors.ResourceConflict, $"'{function.Name}' is served in version {known.Default.Version} by its host, which numbers it.");
            (var changed, published) = known.Publish();
            return changed;
        });
        return Task.FromResult(ApiResult.Json(SuccessStatus, json => FunctionJson.Write(json, published, withVersion: true, request.Engine.Rules.DefaultRetention)));
    }
}
