using System.Collections.Frozen;
using Perdure.Hosting;

namespace Perdure.Engine.Invocation;

/// <summary>A function as a host registers it.</summary>
internal sealed record FunctionDefinition(string Name, string Version, int ExecutionTimeoutSeconds, FunctionHandler Handler)
{
    /// <summary>Days for which finished executions are kept; 0 for the host's default.</summary>
    public int RetentionDays { get; init; }
}

/// <summary>The functions that this node serves.</summary>
internal sealed class FunctionRegistry(IEnumerable<FunctionDefinition> functions)
{
    private readonly FrozenDictionary<string, FunctionDefinition> _functions = functions.ToFrozenDictionary(function => function.Name);

    public IReadOnlyList<string> Names => _functions.Keys;

    public FunctionDefinition? Find(string name) => _functions.GetValueOrDefault(name);

    public FunctionDefinition Get(string name) => Find(name) ?? throw new FunctionNotFoundException(
        $"No function named '{name}' is registered. Registered: {(Names.Count == 0 ? "none" : string.Join(", ", Names.Order()))}. " +
        "Add it with AddPerdure().AddFunction(...). [PDR0303]");
}
