using System.Collections.Immutable;

namespace Perdure.Engine.Invocation;

/// <summary>The functions that this node serves. Read at any time, also while one is added, published or removed.</summary>
internal sealed class FunctionRegistry(IEnumerable<FunctionDefinition> functions)
{
    private ImmutableDictionary<string, ServedFunction> _functions = functions.ToImmutableDictionary(static function => function.Name, ServedFunction.Of);

    public IReadOnlyList<string> Names => [.. _functions.Keys];

    public IEnumerable<ServedFunction> All => _functions.Values.OrderBy(static function => function.Name, StringComparer.Ordinal);

    public ServedFunction? Served(string name) => _functions.GetValueOrDefault(name);

    /// <summary>The function as it is when no version is named.</summary>
    public FunctionDefinition? Find(string name) => Served(name)?.Default;

    /// <summary>The function that a call names. Null when there is none here, or not in that version.</summary>
    public FunctionDefinition? Find(FunctionTarget target) =>
        Served(target.Name) is { } function && (target.IsHere || function.Default.AnswersToAnyAddress) ? function.Resolve(target.Qualifier) : null;

    /// <summary>Refuses functions that could never be served, before anything runs.</summary>
    /// <exception cref="InvalidOperationException">A type is unknown to the serializer.</exception>
    public void RequireServable(IDurableSerializer serializer)
    {
        foreach (var function in _functions.Values) function.Default.Invoker.RequireServable(function.Name, serializer);
    }

    /// <summary>The function that a client names, with or without a qualifier.</summary>
    public FunctionDefinition Get(string target) => FunctionTarget.TryParse(target, out var named) && Find(named) is { } function ? function : throw NotRegistered(target);

    /// <summary>What runs the executions of a version: that version, or, where only one is served, the code that has taken its place.</summary>
    public FunctionDefinition Get(string name, string version) => Served(name)?.ForExecutionsOf(version) ?? throw NotRegistered($"{name}:{version}");

    /// <summary>Changes, adds or removes a function; null stands for none. What the change throws leaves everything as it was.</summary>
    /// <remarks>
    /// Every condition of a change belongs into it: what was true before may have ceased to be. It is asked for again when another change
    /// came first, so it must do nothing but decide.
    /// </remarks>
    /// <returns>The function as the change made it; null when it is gone.</returns>
    public ServedFunction? Change(string name, Func<ServedFunction?, ServedFunction?> change)
    {
        ServedFunction? changed = null;
        ImmutableInterlocked.Update(ref _functions, known => (changed = change(known.GetValueOrDefault(name))) is null ? known.Remove(name) : known.SetItem(name, changed));
        return changed;
    }

    private FunctionNotFoundException NotRegistered(string name) => new(
        $"No function named '{name}' is registered. Registered: {(_functions.IsEmpty ? "none" : string.Join(", ", Names.Order()))}. " +
        "Add it with AddPerdure().AddFunction(...). [PDR0303]");
}
