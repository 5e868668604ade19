using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The versions of a function, the latest first.</summary>
internal sealed class ListVersionsByFunction : FunctionOperation
{
    public override string Method => "GET";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}/versions");

    public override ApiRights Right => ApiRights.Read;

    public override IReadOnlyList<ApiParameter> Parameters => ApiParameter.Paging;

    protected override bool TakesQualifier => false;

    protected override Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function) => Task.FromResult(NamePages.Json(
        request.Query, "Versions", function.FindServed(request.Engine).InOrder, ListFunctions.NameOf,
        (json, version) => FunctionJson.Write(json, version, withVersion: true, request.Engine.Rules.DefaultRetention)));
}
