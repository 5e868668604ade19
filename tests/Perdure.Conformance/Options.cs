using System.Globalization;
using Perdure.Conformance.Requirements;

namespace Perdure.Conformance;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = """
        dotnet run -c Release --project tests/Perdure.Conformance -- [options]

          --requirements DIR   the suite's requirements; default ../shared/conformance/core beside the repository
          --suite NAME,...     only these suites, such as step,map
          --id ID,...          only these requirements, such as 4-9,4-10
          --embedded           asks the engine directly instead of over HTTP
          --parallel N         so many at a time; default 8
          --json FILE          writes the verdicts there as well
        """;

    public required string Requirements { get; init; }

    /// <summary>Only these; all when there is none.</summary>
    public IReadOnlySet<string> Suites { get; init; } = new HashSet<string>();

    /// <summary>Only these; all when there is none.</summary>
    public IReadOnlySet<string> Ids { get; init; } = new HashSet<string>();

    /// <summary>Whether the engine is asked directly instead of over HTTP.</summary>
    public bool Embedded { get; init; }

    public int Parallel { get; init; } = 8;

    public string? Json { get; init; }

    public bool AskFor(Requirement requirement) =>
        (Suites.Count == 0 || Suites.Contains(requirement.Suite)) && (Ids.Count == 0 || Ids.Contains(requirement.Id));

    /// <exception cref="FormatException">It asks for something that there is not.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options { Requirements = Path.Combine(RepositoryRoot() ?? ".", "../shared/conformance/core") };
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            if (name == "--embedded")
            {
                options = options with { Embedded = true };
                continue;
            }

            if (++i == args.Length) throw new FormatException($"{name} has no value.");
            var value = args[i];
            options = name switch
            {
                "--requirements" => options with { Requirements = value },
                "--suite" => options with { Suites = Set(value) },
                "--id" => options with { Ids = Set(value) },
                "--parallel" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parallel) && parallel > 0 => options with { Parallel = parallel },
                "--json" => options with { Json = value },
                _ => throw new FormatException($"{name} {value} is not an option."),
            };
        }

        return options with { Requirements = Path.GetFullPath(options.Requirements) };
    }

    private static HashSet<string> Set(string value) => [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string? RepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Perdure.slnx"))) return directory.FullName;
        }

        return null;
    }
}
