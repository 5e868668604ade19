using System.Text.RegularExpressions;

namespace Perdure.Tests.House;

/// <summary>Law 1: no kind's name outside its folder. Adding a kind is one folder and one line.</summary>
/// <remarks>The kinds are read from the folders, so a new one is guarded from its first day. EXECUTION is the engine's own aggregate and free.</remarks>
public partial class KindTests
{
    private const string Operations = "src/Perdure/Operations/";

    /// <summary>A composite is written on top of kinds and may name them.</summary>
    private static readonly Dictionary<string, string[]> CompositeOn = new()
    {
        ["WaitForCondition"] = ["Step"], ["WaitForCallback"] = ["Context"], ["Batch"] = ["Context"], ["Patch"] = ["Step"], ["Saga"] = ["Context", "Step"], ["Deadline"] = ["Context", "Wait"],
    };

    private static readonly string[] Kinds =
    [
        .. Repository.Files(Operations, ".cs")
            .Select(file => KindFile().Match(file.Path)).Where(match => match.Success)
            .Select(match => match.Groups["kind"].Value).Where(kind => kind != "Execution"),
    ];

    [Fact]
    public void The_kinds_are_found_in_their_folders() => Assert.Superset(new HashSet<string> { "Step", "Wait", "Callback", "Context" }, Kinds.ToHashSet());

    [Fact]
    public void No_kind_is_named_outside_of_its_folder() => House.Has(
        Kinds.SelectMany(kind => ServiceSide().Where(file => !MayName(file, kind)).SelectMany(file => file.Matches(NamesOf(kind), file.Code))),
        "Law 1: move what is particular to a kind into its folder, behind OperationKind or DurableOperation.");

    [Fact]
    public void No_kind_is_named_in_sql() => House.Has(
        Kinds.SelectMany(kind => Repository.Files("src/", ".sql").SelectMany(file => file.Matches($"'{kind.ToUpperInvariant()}'"))),
        "Laws 1 and 5: SQL has no rules.");

    [Fact]
    public void The_functions_side_never_calls_the_rules_of_a_kind() => House.Has(
        Repository.Files("src/Perdure/", ".cs")
            .Where(file => file.Path.StartsWith("src/Perdure/Replay/", StringComparison.Ordinal) || IsFunctionsSide(file))
            .SelectMany(file => file.Matches($@"\b(OperationKinds?|TransitionContext|Transition|OperationRecord|(?:{string.Join('|', Kinds)}|Execution)Kind)\b", file.Code)),
        "What a function sees, it sees through the protocol: the SDK must not call the service's rules.");

    // The conformance suite writes lives with something of every kind, and TestStep shows tests what is recorded of each; they decide nothing about them.
    private static IEnumerable<SourceFile> ServiceSide() => Repository.Files("src/", ".cs")
        .Where(file => file.Name is not ("OperationKinds.cs" or "TestStep.cs") && !file.Path.StartsWith("src/Perdure.Testing/Conformance/", StringComparison.Ordinal));

    private static bool IsFunctionsSide(SourceFile file) =>
        file.Path.StartsWith(Operations, StringComparison.Ordinal)
        && (file.Name.EndsWith("Operation.cs", StringComparison.Ordinal) || file.Name.StartsWith("DurableContext.", StringComparison.Ordinal));

    private static bool MayName(SourceFile file, string kind)
    {
        if (!file.Path.StartsWith(Operations, StringComparison.Ordinal)) return false;
        var folder = file.Path[Operations.Length..].Split('/')[0];
        return folder == kind || CompositeOn.GetValueOrDefault(folder, []).Contains(kind);
    }

    /// <summary>The kind's class, its details types, its wire word, and its namespace.</summary>
    private static string NamesOf(string kind)
    {
        var details = Repository.Files($"{Operations}{kind}/", ".cs").Where(file => file.Name == $"{kind}Details.cs")
            .SelectMany(file => DeclaredTypes().Matches(file.Code)).Select(match => match.Groups["name"].Value);
        string[] names = [$"{kind}Kind", .. details];
        return $"""\b({string.Join('|', names)})\b|OperationTypes\.{kind}\b|Operations\.{kind}\b|"{kind.ToUpperInvariant()}"(?!\w)""";
    }

    [GeneratedRegex("^src/Perdure/Operations/(?<kind>[A-Za-z]+)/\\k<kind>Kind\\.cs$")]
    private static partial Regex KindFile();

    /// <summary>Types of the file's own; the partial ones are the protocol's.</summary>
    [GeneratedRegex(@"public (?:sealed |abstract )*(?:record|class|enum) (?<name>\w+)")]
    private static partial Regex DeclaredTypes();
}
