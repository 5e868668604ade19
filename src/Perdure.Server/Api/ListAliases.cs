using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The aliases of a function.</summary>
internal sealed class ListAliases : AliasOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new(Many);

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters { get; } = [new("FunctionVersion", "query"), .. ApiParameter.Paging];

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var version = request.Query.Text("FunctionVersion");
        return Task.FromResult(NamePages.Json(
            request.Query, "Aliases", function.FindServed(request.Engine).Aliases.Where(alias => version is null || alias.Value == version), static alias => alias.Key,
            (json, alias) => Write(json, function.Name, alias.Key, alias.Value)));
    }
}
