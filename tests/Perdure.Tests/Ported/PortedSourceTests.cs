using System.Text.RegularExpressions;
using Perdure.Tests.House;

namespace Perdure.Tests.Ported;

/// <summary>A ported function differs from AWS's in one line: the using.</summary>
public partial class PortedSourceTests
{
    private const string Folder = "tests/Perdure.Tests/Ported/";

    private static readonly SourceFile[] Functions = [.. Repository.Files(Folder, ".cs").Where(file => file.Text.Contains("\nnamespace Ported;", StringComparison.Ordinal) && file.Name != "World.cs")];

    /// <summary>What AWS has is what <see cref="Surface"/> uses.</summary>
    private static readonly HashSet<string> Aws = [.. Words(Repository.Files(Folder, ".cs").Single(file => file.Name == "Surface.cs").Code)];

    /// <summary>Every name that this package declares: types, members, and what they are called in a call.</summary>
    private static readonly HashSet<string> Ours =
        [.. Repository.Files("src/Perdure/", ".txt").Where(file => file.Name.StartsWith("PublicAPI.", StringComparison.Ordinal)).SelectMany(file => Declared().Matches(file.Text)).Select(match => match.Value)];

    [Fact]
    public void There_are_at_least_ten() => Assert.True(Functions.Length >= 10, string.Join(' ', Functions.Select(file => file.Name)));

    [Fact]
    public void The_only_word_of_ours_is_the_using_line() => House.House.Has(
        Functions.Where(file => !file.Text.StartsWith("// In AWS: using Amazon.Lambda.DurableExecution;\n", StringComparison.Ordinal)
                || file.Text.Split('\n').Where(line => line.Contains("Perdure", StringComparison.Ordinal)).ToArray() is not ["using Perdure;"])
            .Select(file => file.Path),
        "The first line says what AWS's using is; 'using Perdure;' is the only line that names us.");

    [Fact]
    public void Every_name_that_a_function_uses_is_AWSs() => House.House.Has(
        Functions.SelectMany(file => Words(file.CodeWithoutText).Where(word => Ours.Contains(word) && !Aws.Contains(word)).Distinct().Select(word => $"{file.Path}: {word}")),
        "A ported function uses what Surface.cs lists, and nothing that only we have.");

    [Theory]
    [InlineData("IdempotencyKey", true)]
    [InlineData("WhenAnyAsync", true)]
    [InlineData("IsError", true)]
    [InlineData("StepAsync", false)]
    [InlineData("ErrorMapping", false)]
    public void The_check_knows_what_is_only_ours(string name, bool onlyOurs) => Assert.Equal((true, !onlyOurs), (Ours.Contains(name), Aws.Contains(name)));

    private static IEnumerable<string> Words(string code) => Word().Matches(code).Select(match => match.Value);

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex Word();

    /// <summary>The name before <c>.get</c>, <c>(</c>, <c>&lt;</c>, <c> -&gt;</c>, <c> =</c> or the end of a line that declares it.</summary>
    [GeneratedRegex(@"(?<=^(?:static |const |virtual |abstract |override |~)*Perdure\.(?:\w+(?:<[\w, ]+>)?\.)*)\w+(?=(?:<[\w, ]+>)?(?:\.get|\.init|\(| ->| =|\r?$))", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
