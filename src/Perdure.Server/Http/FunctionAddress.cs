using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>A function as a request names it: by name, <c>name:qualifier</c>, partial ARN or ARN, with the qualifier there or in the query.</summary>
internal sealed record FunctionAddress(string Name, string? Qualifier)
{
    public string Arn => ExecutionArn.OfFunction(Name, Qualifier);

    /// <exception cref="ApiException">It is not well-formed, or names two qualifiers.</exception>
    public static FunctionAddress Parse(string text, string? qualifier)
    {
        var constraints = new Constraints();
        constraints.Text(text, "functionName", 256, Patterns.FunctionName);
        constraints.Text(qualifier, "qualifier", 128, Patterns.Qualifier);
        constraints.Require();
        var match = Patterns.FunctionName.Match(text);
        var inName = match.Groups["qualifier"] is { Success: true, Value: var given } ? given : null;
        if (inName is not null && qualifier is not null && inName != qualifier)
            throw new ApiException(ApiErrors.InvalidParameterValue, "The derived qualifier from the function name does not match the specified qualifier.");
        var address = new FunctionAddress(match.Groups["name"].Value, qualifier ?? inName);
        if (!IsHere(match.Groups["region"], ExecutionArn.Region) || !IsHere(match.Groups["account"], ExecutionArn.Account))
            throw new ApiException(ApiErrors.ResourceNotFound, $"Function not found: {text}");
        return address;

        static bool IsHere(System.Text.RegularExpressions.Group part, string ours) => !part.Success || part.Value == ours;
    }

    /// <summary>The function in that version.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public FunctionDefinition Find(ApiEngine engine) =>
        engine.Functions.FindTarget(Qualifier is null ? Name : $"{Name}:{Qualifier}", out _) ?? throw NotFound();

    /// <summary>The function in all its versions.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public ServedFunction FindServed(ApiEngine engine) => engine.Functions.Served(Name) ?? throw NotFound();

    public ApiException NotFound() => new(ApiErrors.ResourceNotFound, $"Function not found: {Arn}");
}
