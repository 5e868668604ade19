using Perdure.Engine.Invocation;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The functions that the caller may see: the latest of each, or every version.</summary>
internal sealed class ListFunctions : ApiOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new("/2015-03-31/functions");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("FunctionVersion", "query"), .. ApiParameter.Paging];

    public override Task<ApiResult> RunAsync(ApiRequest request)
    {
        var version = request.Query.Text("FunctionVersion");
        var constraints = new Constraints();
        constraints.OneOf(version, "functionVersion", ["ALL"]);
        constraints.Require();
        var functions = request.Engine.Functions.All.Where(function => request.Caller.May(Right, function.Name))
            .SelectMany(function => version is null ? [function.Default] : function.InOrder);
        return Task.FromResult(NamePages.Json(
            request.Query, "Functions", functions, NameOf,
            (json, function) => FunctionJson.Write(json, function, version is not null, request.Engine.Rules.DefaultRetention)));
    }

    /// <summary>In order of names, and of numbers within a name.</summary>
    public static string NameOf(FunctionDefinition function) =>
        $"{function.Name}:{(function.Version == FunctionDefinition.Latest ? "" : function.Version.PadLeft(19, '0'))}";
}
