using Microsoft.AspNetCore.Http;
using Perdure.Engine.Executions;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Makes an alias.</summary>
internal sealed class CreateAlias : AliasOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new(Many);

    public override ApiRights Right => ApiRights.Configure;

    public override int SuccessStatus => StatusCodes.Status201Created;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var body = JsonBody.Parse(request.Body);
        var (alias, version) = (body.Text("Name"), body.Text("FunctionVersion"));
        var constraints = new Constraints();
        constraints.NotNull(alias, "name");
        constraints.NotNull(version, "functionVersion");
        Check(constraints, alias, version);
        constraints.Require();
        function.Change(request.Engine, known => known.Aliases.ContainsKey(alias!) // both are required above
            ? throw new ApiException(ApiErrors.ResourceConflict, $"Alias already exists: {ExecutionArn.OfFunction(function.Name, alias)}")
            : Pointed(known, alias!, version!));
        return Task.FromResult(Answer(SuccessStatus, function.Name, alias!, version!));
    }
}
