using System.Diagnostics;
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
        constraints.Text(text, "functionName", 256, FunctionTarget.Pattern);
        constraints.Text(qualifier, "qualifier", 128, Patterns.Qualifier);
        constraints.Require();
        if (!FunctionTarget.TryParse(text, out var target)) throw new UnreachableException($"'{text}' has the form of a function's name and cannot be read as one.");
        if (target.Qualifier is { } inName && qualifier is not null && inName != qualifier)
            throw new ApiException(ApiErrors.InvalidParameterValue, "The derived qualifier from the function name does not match the specified qualifier.");
        if (!target.IsHere) throw new ApiException(ApiErrors.ResourceNotFound, $"Function not found: {text}");
        return new FunctionAddress(target.Name, qualifier ?? target.Qualifier);
    }

    /// <summary>The function in that version.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public FunctionDefinition Find(ApiEngine engine) =>
        FindServed(engine).Resolve(Qualifier) ?? throw NotFound();

    /// <summary>The function in all its versions.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public ServedFunction FindServed(ApiEngine engine) => engine.Functions.Served(Name) ?? throw NotFound();

    /// <summary>Changes the function, from what it is in that moment; null removes it. What the change throws leaves it as it was.</summary>
    /// <returns>The function as the change made it; null when it is gone.</returns>
    /// <exception cref="ApiException">There is none.</exception>
    public ServedFunction? Change(ApiEngine engine, Func<ServedFunction, ServedFunction?> change) => engine.Functions.Change(Name, known => change(known ?? throw NotFound()));

    public ApiException NotFound() => new(ApiErrors.ResourceNotFound, $"Function not found: {Arn}");
}
