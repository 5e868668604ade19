using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Points an alias elsewhere. Executions that are under way keep their version.</summary>
internal sealed class UpdateAlias : AliasOperation
{
    public override string Method => "PUT";

    public override ApiPath Path { get; } = new(One);

    public override ApiRights Right => ApiRights.Configure;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var alias = request.Labels["Name"];
        var current = VersionOf(function.FindServed(request.Engine), alias);
        return Task.FromResult(Point(request, function, alias, JsonBody.Parse(request.Body).Text("FunctionVersion") ?? current, SuccessStatus));
    }
}
