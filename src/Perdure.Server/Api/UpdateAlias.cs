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
        var (alias, version) = (request.Labels["Name"], JsonBody.Parse(request.Body).Text("FunctionVersion"));
        var constraints = new Constraints();
        Check(constraints, alias, version);
        constraints.Require();
        var changed = function.Change(request.Engine, known =>
        {
            var current = VersionOf(known, alias);
            return Pointed(known, alias, version ?? current);
        });
        return Task.FromResult(Answer(SuccessStatus, function.Name, alias, changed!.Aliases[alias])); // just pointed
    }
}
