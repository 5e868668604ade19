using System.Text.RegularExpressions;

namespace Perdure.Tests.House;

/// <summary>The files of this repository, found from wherever the tests run.</summary>
internal static partial class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "node_modules", "data"];
    private static readonly string[] Binary = [".db", ".db-wal", ".db-shm", ".png", ".ico", ".snk", ".nupkg", ".woff2", ".lock"];

    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Perdure.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException($"No Perdure.slnx above {AppContext.BaseDirectory}: run the house tests inside the repository.");
    }

    /// <summary>Every text file of the repository.</summary>
    public static IReadOnlyList<SourceFile> TextFiles { get; } = [.. Walk(new DirectoryInfo(Root)).OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static IEnumerable<SourceFile> Walk(DirectoryInfo directory)
    {
        foreach (var file in directory.EnumerateFiles())
        {
            if (Binary.Contains(file.Extension) || file.Name == ".git") continue;
            yield return new SourceFile(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));
        }

        foreach (var child in directory.EnumerateDirectories().Where(child => !NotOurs.Contains(child.Name) && child.LinkTarget is null))
        {
            foreach (var file in Walk(child)) yield return file;
        }
    }

    /// <summary>Files under a folder with one of these extensions.</summary>
    public static IEnumerable<SourceFile> Files(string folder, params string[] extensions) =>
        TextFiles.Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal) && extensions.Contains(Path.GetExtension(file.Path)));

    public static IEnumerable<SourceFile> Projects(string folder) => Files(folder, ".csproj");

    /// <summary>C# without its comments: what is said about a name is not a use of it.</summary>
    public static string WithoutComments(string code) => Comments().Replace(code, match => match.Value.StartsWith('"') ? match.Value : " ");

    [GeneratedRegex("""
        "(?:\\.|[^"\\\r\n])*"|//[^\r\n]*|/\*.*?\*/
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Comments();
}

/// <summary>One file, by its path from the root.</summary>
internal sealed record SourceFile(string Path)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string Text => field ??= File.ReadAllText(System.IO.Path.Combine(Repository.Root, Path));

    public string Code => field ??= Repository.WithoutComments(Text);

    /// <summary>Nor is what an error message recommends a use of it.</summary>
    public string CodeWithoutText => field ??= Regex.Replace(Code, @"""(?:\\.|[^""\\\r\n])*""", "\"\"");

    public int Lines => Text.AsSpan().Count('\n');

    /// <summary>Every match of a pattern, as a line that says where.</summary>
    public IEnumerable<string> Matches(string pattern, string? code = null)
    {
        var text = code ?? Text;
        return Regex.Matches(text, pattern).Select(match => $"{Path}: {match.Value.Trim()}").Distinct();
    }

    public override string ToString() => Path;
}

/// <summary>Asserts that say everything that is wrong, not only the first thing.</summary>
internal static class House
{
    public static void Has(IEnumerable<string> violations, string law)
    {
        var all = violations.ToList();
        if (all.Count > 0) Assert.Fail($"{law}\n  {string.Join("\n  ", all)}");
    }
}
