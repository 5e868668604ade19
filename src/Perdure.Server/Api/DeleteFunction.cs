using Microsoft.AspNetCore.Http;
using Perdure.Engine.Invocation;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Serves a function no more, or one version of it. Its executions stay; those that are not over wait until somebody serves it again.</summary>
internal sealed class DeleteFunction : FunctionOperation
{
    public override string Method => "DELETE";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}");

    public override ApiRights Right => ApiRights.Configure;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("Qualifier", "query")];

    public override int SuccessStatus => StatusCodes.Status204NoContent;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        function.Change(request.Engine, known => function.Qualifier is { } version ? Without(known, version) : null);
        return Task.FromResult(new ApiResult(SuccessStatus));
    }

    private static ServedFunction? Without(ServedFunction function, string version)
    {
        if (version == FunctionDefinition.Latest) throw new ApiException(ApiErrors.InvalidParameterValue, "$LATEST version cannot be deleted without deleting the function.");
        if (!function.Versions.ContainsKey(version)) throw new FunctionAddress(function.Name, version).NotFound();
        if (function.Aliases.ContainsValue(version)) throw new ApiException(ApiErrors.ResourceConflict, $"An alias points to version {version} of '{function.Name}'; delete or move it first.");
        return function.Without(version);
    }
}
