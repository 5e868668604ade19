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
        var alias = body.Text("Name");
        if (alias is not null && function.FindServed(request.Engine).Aliases.ContainsKey(alias))
            throw new ApiException(ApiErrors.ResourceConflict, $"Alias already exists: {ExecutionArn.OfFunction(function.Name, alias)}");
        return Task.FromResult(Point(request, function, alias, body.Text("FunctionVersion"), SuccessStatus));
    }
}
