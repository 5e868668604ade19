using System.Xml.Linq;

namespace Perdure.Tests.House;

/// <summary>Who may know whom. The compiler guards projects; these guard the projects' references, and folders.</summary>
public class ArrowTests
{
    /// <summary>A new project is added here with the arrows that docs/adr or CONTRIBUTING.md justify.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Perdure"] = [],
        ["Perdure.Engine"] = ["Perdure"],
        ["Perdure.Sqlite"] = ["Perdure.Engine"],
        ["Perdure.Postgres"] = ["Perdure.Engine"],
        ["Perdure.Testing"] = ["Perdure.Engine"],
        ["Perdure.Dashboard"] = ["Perdure"],
        ["Perdure.Server"] = ["Perdure.Engine", "Perdure.Sqlite", "Perdure.Postgres", "Perdure.Dashboard"],
        ["Perdure.Cli"] = ["Perdure.Server", "Perdure.Sqlite", "Perdure.Postgres"], // its dev and serve choose the store
        ["Perdure.AI"] = ["Perdure"],
        ["Perdure.Analyzers"] = [],
    };

    [Fact]
    public void Projects_reference_only_what_the_arrows_allow() => House.Has(
        Repository.Projects("src/").SelectMany(project => References(project, "ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))
            .Where(reference => !Allowed.GetValueOrDefault(NameOf(project), []).Contains(reference))
            .Select(reference => $"{NameOf(project)} -> {reference}")),
        "The arrows between projects are acyclic and few.");

    [Fact]
    public void Every_project_has_its_place_among_the_arrows() =>
        House.Has(Repository.Projects("src/").Select(NameOf).Where(name => !Allowed.ContainsKey(name)), "A new project needs its arrows in ArrowTests.");

    [Fact]
    public void The_functions_package_depends_on_abstractions_alone() => House.Has(
        Repository.Projects("src/Perdure/").SelectMany(project => References(project, "PackageReference"))
            .Where(package => !package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || !package.EndsWith(".Abstractions", StringComparison.Ordinal)),
        "What a function author references brings no engine, no database and no ASP.NET.");

    [Fact]
    public void The_functions_package_does_not_know_the_engine() => House.Has(
        Repository.Files("src/Perdure/", ".cs").SelectMany(file => file.Matches(@"\bPerdure\.(Engine|Storage|Sqlite|Postgres|Testing|Server)\b", file.CodeWithoutText)),
        "Law 9: the SDK never references the engine.");

    [Fact]
    public void The_engine_does_not_know_its_stores() => House.Has(
        Repository.Files("src/Perdure.Engine/", ".cs").SelectMany(file => file.Matches(@"\bPerdure\.(Sqlite|Postgres|Testing|Server|Dashboard)\b", file.CodeWithoutText)),
        "A store knows the engine's contract, never the other way round.");

    [Fact]
    public void The_functions_of_the_conformance_suite_know_the_public_surface_alone() => House.Has(
        Repository.Files("tests/Perdure.Conformance/Handlers/", ".cs")
            .SelectMany(file => file.Matches(@"\bPerdure\.(Client|Engine|Hosting|Operations|PayloadStores|Protocol|Replay|Sqlite|Storage|Testing)\b", file.CodeWithoutText)),
        "They show that a function needs nothing else.");

    /// <summary>Law 2: decide purely.</summary>
    [Theory]
    [InlineData("ExecutionMachine.cs")]
    [InlineData("EntryBuilder.cs")]
    [InlineData("CheckpointBatch.cs")]
    [InlineData("WakeRule.cs")]
    public void A_decision_has_no_clock_no_io_and_no_await(string name)
    {
        var file = Repository.Files("src/Perdure.Engine/Executions/", ".cs").Single(file => file.Name == name);
        House.Has(
            file.Matches(@"\b(await|async|Task|ValueTask|DateTime|TimeProvider|Random|Guid|IExecutionStore|UtcNow)\b", file.Code),
            "Law 2: a decision is a function of state, command and facts.");
    }

    private static string NameOf(SourceFile project) => Path.GetFileNameWithoutExtension(project.Path);

    private static IEnumerable<string> References(SourceFile project, string element) =>
        XDocument.Parse(project.Text).Descendants(element).Select(reference => reference.Attribute("Include")?.Value).OfType<string>();
}
