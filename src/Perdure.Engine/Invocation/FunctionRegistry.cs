using System.Collections.Frozen;
using Perdure.Hosting;

namespace Perdure.Engine.Invocation;

/// <summary>A function as a host registers it.</summary>
internal sealed record FunctionDefinition(string Name, string Version, int ExecutionTimeoutSeconds, FunctionHandler Handler)
{
    /// <summary>Days for which finished executions are kept; 0 for the host's default.</summary>
    public int RetentionDays { get; init; }

    /// <summary>Whether a call may name any version or alias of it, as in the test kit.</summary>
    public bool AnswersToAnyQualifier { get; init; }
}

/// <summary>The functions that this node serves.</summary>
internal sealed class FunctionRegistry(IEnumerable<FunctionDefinition> functions)
{
    private readonly FrozenDictionary<string, FunctionDefinition> _functions = functions.ToFrozenDictionary(function => function.Name);

    public IReadOnlyList<string> Names => _functions.Keys;

    public FunctionDefinition? Find(string name) => _functions.GetValueOrDefault(name);

    /// <summary>The function that a call names: by name, <c>name:qualifier</c> or ARN. Null when there is none, or not in that version.</summary>
    public FunctionDefinition? FindTarget(string target)
    {
        const string Marker = ":function:";
        var at = target.IndexOf(Marker, StringComparison.Ordinal);
        var parts = (at < 0 ? target : target[(at + Marker.Length)..]).Split(':');
        if (parts.Length > 2 || Find(parts[0]) is not { } function) return null;
        return parts.Length == 1 || parts[1] == function.Version || function.AnswersToAnyQualifier ? function : null;
    }

    public FunctionDefinition Get(string name) => Find(name) ?? throw new FunctionNotFoundException(
        $"No function named '{name}' is registered. Registered: {(Names.Count == 0 ? "none" : string.Join(", ", Names.Order()))}. " +
        "Add it with AddPerdure().AddFunction(...). [PDR0303]");
}
