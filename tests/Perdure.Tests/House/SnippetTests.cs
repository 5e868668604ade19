using System.Text.RegularExpressions;

namespace Perdure.Tests.House;

/// <summary>Every code block that a reader copies is a region of a compiled file.</summary>
/// <remarks>
/// A region is what lies between <c>// &lt;snippet name&gt;</c> and <c>// &lt;/snippet name&gt;</c> in samples/Snippets; a block shows it
/// when the line before it is <c>&lt;!-- snippet: name --&gt;</c>. Whitespace does not count.
/// </remarks>
public partial class SnippetTests
{
    private static readonly Dictionary<string, string> Regions = Repository.Files("samples/Snippets/", ".cs")
        .SelectMany(file => Region().Matches(file.Text)).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["code"].Value);

    private static IEnumerable<SourceFile> Documents =>
        Repository.TextFiles.Where(file => file.Path == "README.md" || (file.Path.StartsWith("docs/", StringComparison.Ordinal) && file.Name.EndsWith(".md", StringComparison.Ordinal)));

    [Fact]
    public void Every_block_equals_its_region() => House.Has(
        Documents.SelectMany(document => Blocks(document)).Where(block => block.Snippet.Length > 0).Select(block =>
            !Regions.TryGetValue(block.Snippet, out var code) ? $"{block.Document}: no region '{block.Snippet}' in samples/Snippets"
            : Normal(code) != Normal(block.Code) ? $"{block.Document}: the block of '{block.Snippet}' differs from samples/Snippets"
            : "").Where(problem => problem.Length > 0),
        "Copy the region into the document.");

    [Fact]
    public void Every_block_of_the_readme_and_the_guides_has_a_region() => House.Has(
        Documents.Where(document => document.Path == "README.md" || document.Path.StartsWith("docs/guides/", StringComparison.Ordinal) || document.Path.StartsWith("docs/concepts/", StringComparison.Ordinal))
            .SelectMany(document => Blocks(document)).Where(block => block.Snippet.Length == 0)
            .Select(block => $"{block.Document}: {block.Code.Trim().Split('\n')[0]}"),
        "Put the code into samples/Snippets and name it: <!-- snippet: name -->.");

    [Fact]
    public void Every_region_is_closed() => House.Has(
        Repository.Files("samples/Snippets/", ".cs").SelectMany(file => Opening().Matches(file.Text).Select(match => match.Groups["name"].Value))
            .Where(name => !Regions.ContainsKey(name)),
        "A region ends with // </snippet name>.");

    [Fact]
    public void Every_region_is_shown_somewhere() => House.Has(
        Regions.Keys.Except(Documents.SelectMany(document => Blocks(document)).Select(block => block.Snippet)), "A region that no document shows is dead code.");

    private static IEnumerable<(string Document, string Snippet, string Code)> Blocks(SourceFile document) => Block().Matches(document.Text)
        .Select(match => (document.Path, match.Groups["name"].Value, match.Groups["code"].Value));

    private static string Normal(string code) => Whitespace().Replace(code, " ").Trim();

    [GeneratedRegex(@"//[ ]<snippet[ ](?<name>[\w-]+)>\s*\n(?<code>.*?)//[ ]</snippet[ ]\k<name>>", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"//[ ]<snippet[ ](?<name>[\w-]+)>")]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?:<!--\s*snippet:\s*(?<name>[\w-]+)\s*-->\s*\n)?[ ]*```csharp[^\n]*\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
