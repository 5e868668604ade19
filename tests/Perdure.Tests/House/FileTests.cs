using System.Text.RegularExpressions;

namespace Perdure.Tests.House;

/// <summary>What holds for files: their size, and what must not be in them.</summary>
public class FileTests
{
    /// <summary>Over 350 lines is a smell. A file here needs its reason beside it.</summary>
    private static readonly string[] MayBeLong = [];

    private static IEnumerable<SourceFile> Code => new[] { "src/", "tests/", "bench/", "samples/" }.SelectMany(folder => Repository.Files(folder, ".cs", ".sql"));

    [Fact]
    public void No_file_is_over_500_lines() =>
        House.Has(Code.Where(file => file.Lines > 500).Select(file => $"{file.Path}: {file.Lines} lines"), "A file over 500 lines needs an ADR and a place in this test.");

    [Fact]
    public void No_file_is_over_350_lines_without_a_reason() => House.Has(
        Code.Where(file => file.Lines > 350 && !MayBeLong.Contains(file.Path)).Select(file => $"{file.Path}: {file.Lines} lines"),
        "Carve a room out of it, or add it to MayBeLong with a reason.");

    [Fact]
    public void The_list_of_long_files_has_no_short_one() =>
        House.Has(MayBeLong.Where(path => Code.FirstOrDefault(file => file.Path == path) is not { Lines: > 350 }), "It is short again: take it off the list.");

    [Fact]
    public void Every_published_project_keeps_its_public_surface_in_files() => House.Has(
        Repository.Projects("src/")
            .Where(project => !project.Text.Contains("<IsPackable>false", StringComparison.Ordinal))
            .SelectMany(project => new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" }
                .Select(name => Path.GetDirectoryName(project.Path)!.Replace('\\', '/') + "/" + name)) // a project lies in a folder
            .Where(path => Repository.TextFiles.All(file => file.Path != path)),
        "Public is a decision: eng/update-public-api.sh writes the files.");

    // In pieces, so that this file does not contain what it looks for.
    private static readonly string Machine = string.Join('|', new[] { "work", "home", "root", "Users", "tmp/bash" }.Select(name => $@"(?<![\w.~-])/{name}/"))
        + @"|[A-Z]:\\(?:Users|src|work)";

    private static readonly string Registry = string.Join('|', new[] { "nuget" + @"\.org", "api" + @"\.nuget", "npm" + @"js\.(?:org|com)", "pkgs" + @"\.dev", "pypi" + @"\.org" });

    [Fact]
    public void No_file_names_a_place_on_somebodys_machine() => House.Has(
        Repository.TextFiles.Where(file => file.Name != "FileTests.cs").SelectMany(file => file.Matches($".*(?:{Machine}).*")),
        "A path of one machine is wrong on every other.");

    [Fact]
    public void No_file_names_a_package_registry() => House.Has(
        Repository.TextFiles.Where(file => file.Name != "FileTests.cs").SelectMany(file => file.Matches($".*(?:{Registry}).*")),
        "Where packages come from is the reader's configuration, not ours.");
}

/// <summary>What a reader follows leads somewhere.</summary>
public class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file() => House.Has(
        Repository.TextFiles.Where(file => file.Name.EndsWith(".md", StringComparison.Ordinal)).SelectMany(file => Regex.Matches(file.Text, @"\]\((?<target>[^)#:\s]+)(?:#[^)]*)?\)")
            .Select(match => match.Groups["target"].Value)
            .Where(target => !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file.Path) ?? "", target)))
            .Select(target => $"{file.Path} -> {target}")),
        "The target was moved or never written.");

    [Fact]
    public void Every_document_of_the_code_exists() => House.Has(
        Repository.Files("src/", ".cs").SelectMany(file => Regex.Matches(file.Text, @"docs/[\w/-]+\.md").Select(match => match.Value)
            .Where(target => !File.Exists(Path.Combine(Repository.Root, target))).Select(target => $"{file.Path} -> {target}")),
        "A comment points to a page that does not exist.");
}

/// <summary>Every code has a page, every page a code.</summary>
public class ErrorPageTests
{
    private const string Pages = "docs/errors/";

    private static readonly string[] Codes =
        [.. Repository.Files("src/", ".cs", ".sql").SelectMany(file => Regex.Matches(file.Text, @"PDR\d{4}")).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal)];

    private static readonly SourceFile[] PageFiles = [.. Repository.Files(Pages, ".md").Where(file => file.Name != "README.md")];

    [Fact]
    public void Every_code_has_a_page() => House.Has(
        Codes.Where(code => PageFiles.All(page => page.Name != code + ".md")), "An error that a user can see has a page: docs/errors/PDRxxxx.md.");

    [Fact]
    public void Every_page_has_a_code() => House.Has(
        PageFiles.Select(page => Path.GetFileNameWithoutExtension(page.Path)).Where(code => !Codes.Contains(code)), "Nothing in src raises it: delete the page.");

    [Fact]
    public void Every_page_says_what_happened_why_and_what_to_do() => House.Has(
        PageFiles.SelectMany(page => new[] { $"# {Path.GetFileNameWithoutExtension(page.Path)}", "## Why", "## What to do", "```text" }
            .Where(part => !page.Text.Contains(part, StringComparison.Ordinal)).Select(part => $"{page.Path} has no '{part}'")),
        "A page: title, what happened, an example of the message, why, what to do.");

    [Fact]
    public void The_list_of_errors_names_every_page() => House.Has(
        PageFiles.Where(page => !Repository.Files(Pages, ".md").Single(file => file.Name == "README.md").Text.Contains($"({page.Name})", StringComparison.Ordinal))
            .Select(page => page.Name),
        "docs/errors/README.md lists every code.");
}
