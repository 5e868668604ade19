using System.Collections.Frozen;
using System.Reflection;

namespace Perdure.Sqlite;

/// <summary>The named statements of <c>queries.sql</c> and the migrations, as they are embedded.</summary>
internal static class SqlText
{
    private const string NameMark = "-- name: ";

    private static readonly FrozenDictionary<string, string> Queries = Split(ReadResource("queries.sql"));

    public static string Get(string name) => Queries[name];

    /// <summary>Migrations by number, ascending; the number is the schema's version after it.</summary>
    public static IReadOnlyList<(int Version, string Sql)> Migrations { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal) && char.IsAsciiDigit(name[0]))
            .Order(StringComparer.Ordinal)
            .Select(static name => (int.Parse(name[..3]), ReadResource(name))),
    ];

    private static string ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static FrozenDictionary<string, string> Split(string text) => text
        .Split(NameMark)
        .Skip(1)
        .Select(static block => block.Split('\n', 2))
        .ToFrozenDictionary(static block => block[0].Trim(), static block => block[1].Trim());
}
