using Microsoft.AspNetCore.Http;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Removes an alias.</summary>
internal sealed class DeleteAlias : AliasOperation
{
    public override string Method => "DELETE";

    public override ApiPath Path { get; } = new(One);

    public override ApiRights Right => ApiRights.Configure;

    public override int SuccessStatus => StatusCodes.Status204NoContent;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        function.Change(request.Engine, known => known with { Aliases = known.Aliases.Remove(request.Labels["Name"]) });
        return Task.FromResult(new ApiResult(SuccessStatus));
    }
}
