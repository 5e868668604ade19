using System.Text.Json;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;

namespace Perdure.Tests.Conformance.Requirements;

public class LogMatcherTests
{
    private static readonly string[] Records =
    [
        """{"hook":"start","op":"a","first":true,"n":1}""",
        """{"message":"Greeting k"}""",
        """{"hook":"end","op":"a","n":1}""",
        """{"hook":"start","op":"b","first":false,"n":2}""",
    ];

    [Theory]
    [InlineData("""{match: {hook: start}, count: 2}""")]
    [InlineData("""{match: {hook: start, first: true}, count: 1}""")]
    [InlineData("""{match: {hook: start}, min_count: 1}""")]
    [InlineData("""{match: {hook: start}}""")]
    [InlineData("""{match: {hook: middle}, count: 0}""")]
    [InlineData("""{match: {error: '/.*/'}, count: 0}""")]
    [InlineData("""{match: {n: '/^\d+$/'}, count: 3}""")]
    [InlineData("""{match: {message: '/eeting ${KNOWN}$/'}, count: 1}""")]
    [InlineData("""{match: {op: '${ID1}'}, count: 2}""")]
    [InlineData("""{match: {hook: end}, count: 1, after: [{hook: start, op: a}, {message: '/k/'}]}""")]
    public void It_accepts(string expected) => Assert.Null(Match(expected));

    [Theory]
    [InlineData("""{match: {hook: start}, count: 1}""", "2 log records match")]
    [InlineData("""{match: {hook: middle}}""", "0 log records match")]
    [InlineData("""{match: {hook: start}, max_count: 1}""", "2 log records match")]
    [InlineData("""{match: {first: 'true'}}""", "0 log records match")]
    [InlineData("""{match: {n: '1'}}""", "0 log records match")]
    [InlineData("""{match: {hook: star}}""", "0 log records match")]
    [InlineData("""{match: {message: 'Greeting'}}""", "0 log records match")]
    [InlineData("""{match: {op: '${ID2}'}}""", "0 log records match")]
    [InlineData("""{match: {message: '/k/'}, after: [{hook: end}]}""", "comes before")]
    [InlineData("""{match: {hook: end}, after: [{hook: start}]}""", "comes before")]
    [InlineData("""{match: {hook: end}, after: [{hook: middle}]}""", "no log record matches")]
    public void It_refuses(string expected, string because) => Assert.Contains(because, Match(expected), StringComparison.Ordinal);

    private static string? Match(string expected)
    {
        var requirement = RequirementReader.Read("1-1", "step", new StringReader($"description: d\nExpectedLogs: [{expected}]"));
        var bindings = new Bindings();
        bindings.Bind("KNOWN", JsonElement.Parse("\"k\""));
        bindings.Bind("ID1", JsonElement.Parse("\"a\""));
        return LogMatcher.Match(requirement.Logs, [.. Records.Select(record => JsonElement.Parse(record))], bindings);
    }
}
