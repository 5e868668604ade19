using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>What the operations on aliases have in common: a name for a version, resolved once when an execution starts.</summary>
internal abstract partial class AliasOperation : FunctionOperation
{
    protected const string One = $"/2015-03-31/functions/{{{Label}}}/aliases/{{Name}}";
    protected const string Many = $"/2015-03-31/functions/{{{Label}}}/aliases";

    protected override bool TakesQualifier => false;

    protected static void Write(Utf8JsonWriter json, string function, string alias, string version)
    {
        json.WriteString("AliasArn", ExecutionArn.OfFunction(function, alias));
        json.WriteString("Name", alias);
        json.WriteString("FunctionVersion", version);
    }

    protected static ApiResult Answer(int status, string function, string alias, string version) => ApiResult.Json(status, json => Write(json, function, alias, version));

    /// <summary>The version that an alias points to.</summary>
    /// <exception cref="ApiException">There is no such alias.</exception>
    protected static string VersionOf(ServedFunction function, string alias) => function.Aliases.GetValueOrDefault(alias)
        ?? throw new ApiException(ApiErrors.ResourceNotFound, $"Cannot find alias arn: {ExecutionArn.OfFunction(function.Name, alias)}");

    /// <summary>The function with an alias that points to a version which it has.</summary>
    /// <exception cref="ApiException">It has no such version.</exception>
    protected static ServedFunction Pointed(ServedFunction function, string alias, string version) => function.Versions.ContainsKey(version)
        ? function with { Aliases = function.Aliases.SetItem(alias, version) }
        : throw new FunctionAddress(function.Name, version).NotFound();

    protected static void Check(Constraints constraints, string? alias, string? version)
    {
        constraints.Text(alias, "name", 128, AliasName);
        constraints.Text(version, "functionVersion", 128, Patterns.Qualifier);
    }

    [GeneratedRegex(@"\A(?![0-9]+\z)[a-zA-Z0-9-_]+\z")]
    private static partial Regex AliasName { get; }
}
