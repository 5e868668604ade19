using System.Collections.Immutable;
using System.Globalization;

namespace Perdure.Engine.Invocation;

/// <summary>A function in every version that this node serves, and the aliases of versions.</summary>
/// <param name="Versions">By version; never empty.</param>
/// <param name="Aliases">From alias to version.</param>
internal sealed record ServedFunction(ImmutableDictionary<string, FunctionDefinition> Versions, ImmutableDictionary<string, string> Aliases)
{
    public static ServedFunction Of(FunctionDefinition definition) =>
        new(ImmutableDictionary<string, FunctionDefinition>.Empty.Add(definition.Version, definition), ImmutableDictionary<string, string>.Empty);

    public string Name => Default.Name;

    /// <summary>The highest number that was ever given to a version. One that is deleted is not given again: executions may still be of it.</summary>
    private long LastNumber { get; init; }

    /// <summary>What a call without a qualifier gets: the latest, or the only one that there is.</summary>
    public FunctionDefinition Default => Versions.GetValueOrDefault(FunctionDefinition.Latest) ?? InOrder.Last();

    /// <summary>The latest first, then by number.</summary>
    public IEnumerable<FunctionDefinition> InOrder => Versions.Values.OrderBy(static definition => NumberOf(definition.Version));

    /// <summary>The version that a qualifier means; null when there is none.</summary>
    public FunctionDefinition? Resolve(string? qualifier) =>
        qualifier is null || Default.AnswersToAnyAddress ? Default : Versions.GetValueOrDefault(Aliases.GetValueOrDefault(qualifier, qualifier));

    /// <summary>What runs the executions of a version: that version, or, where only one is served, the code that has taken its place.</summary>
    public FunctionDefinition? ForExecutionsOf(string version) => Versions.GetValueOrDefault(version) ?? (Versions.Count == 1 ? Default : null);

    public ServedFunction With(FunctionDefinition definition) => this with { Versions = Versions.SetItem(definition.Version, definition) };

    /// <summary>Without a version; null when it was the only one.</summary>
    public ServedFunction? Without(string version) => Versions.Remove(version) is { IsEmpty: false } rest
        ? this with { Versions = rest, LastNumber = Math.Max(LastNumber, NumberOf(version)) }
        : null;

    /// <summary>Keeps the latest as a version of its own. What has not changed since the last time is that version.</summary>
    public (ServedFunction Function, FunctionDefinition Published) Publish()
    {
        var newest = InOrder.Last();
        if (newest.Version != FunctionDefinition.Latest && newest with { Version = FunctionDefinition.Latest } == Default) return (this, newest);
        var published = Default with { Version = (Math.Max(LastNumber, NumberOf(newest.Version)) + 1).ToString(CultureInfo.InvariantCulture) };
        return (With(published), published);
    }

    private static long NumberOf(string version) => long.TryParse(version, out var number) ? number : 0;
}
