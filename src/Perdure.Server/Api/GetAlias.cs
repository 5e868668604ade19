using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Where an alias points to.</summary>
internal sealed class GetAlias : AliasOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new(One);

    public override ApiRights Right => ApiRights.Read;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var alias = request.Labels["Name"];
        return Task.FromResult(Answer(SuccessStatus, function.Name, alias, VersionOf(function.FindServed(request.Engine), alias)));
    }
}
