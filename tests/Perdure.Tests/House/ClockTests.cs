namespace Perdure.Tests.House;

/// <summary>Law 7: time, randomness and waiting are owned, and the build enforces it. These guard the guard.</summary>
public class ClockTests
{
    [Theory]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(System.TimeSpan)")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(System.Int32)")]
    [InlineData("M:System.Guid.NewGuid")]
    public void The_banned_list_has_the_wall_clock_and_unseeded_ids(string symbol) =>
        Assert.Contains(Repository.Files("eng/", ".txt").Single(file => file.Name == "BannedSymbols.txt").Text.Split('\n'), line => line.StartsWith(symbol + ";", StringComparison.Ordinal));

    [Fact]
    public void Every_project_gets_the_banned_list()
    {
        var root = Repository.TextFiles.Single(file => file.Path == "Directory.Build.props").Text;
        Assert.Contains("<PackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\"", root);
        Assert.Contains("eng/BannedSymbols.txt", root);
        House.Has(
            Repository.TextFiles
                .Where(file => file.Name is "Directory.Build.props" && file.Path != "Directory.Build.props" && !file.Text.Contains("GetPathOfFileAbove('Directory.Build.props'", StringComparison.Ordinal))
                .Select(file => $"{file.Path} does not import the one above it."),
            "A Directory.Build.props that does not import its parent loses the banned list.");
        House.Has(
            Repository.Projects("src/").SelectMany(project => project.Matches("(AdditionalFiles|PackageReference) Remove=\"[^\"]*\"|ImportDirectoryBuildProps")),
            "No project under src leaves the banned list.");
    }

    [Fact]
    public void Nothing_in_src_switches_the_ban_off() => House.Has(
        Repository.Files("src/", ".cs", ".csproj", ".props", ".targets", ".editorconfig", ".globalconfig").SelectMany(file => file.Matches(".*RS0030.*")),
        "Law 7: take a TimeProvider or an IdSource instead.");

    /// <summary>ADR 0007: what the thread pool orders, a simulation cannot repeat.</summary>
    [Fact]
    public void Work_goes_through_the_work_queue() => House.Has(
        new[] { "src/Perdure/", "src/Perdure.Engine/", "src/Perdure.Testing/" }.SelectMany(folder => Repository.Files(folder, ".cs"))
            .Where(file => file.Name != "WorkQueue.cs" && !file.Path.StartsWith("src/Perdure.Testing/Conformance/", StringComparison.Ordinal)) // it plays the threads of many nodes
            .SelectMany(file => file.Matches(@"\b(Task\.Run\(|Task\.Factory\b|ThreadPool\.|Parallel\.For|RunContinuationsAsynchronously|new Thread\()", file.CodeWithoutText)),
        "Post it to the WorkQueue, or complete a Completion<T>.");

    [Fact]
    public void The_ban_is_an_error() =>
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", Repository.TextFiles.Single(file => file.Path == ".editorconfig").Text);
}
