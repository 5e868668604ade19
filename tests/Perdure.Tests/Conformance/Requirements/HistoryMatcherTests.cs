using System.Text.Json;
using Perdure.Conformance.Matching;

namespace Perdure.Tests.Conformance.Requirements;

/// <summary>What the matcher of the conformance runner accepts, and above all what it does not.</summary>
public class HistoryMatcherTests
{
    [Theory]
    [InlineData("""{"A":2}""", """{"A":2,"B":"not asked about"}""")]
    [InlineData("""{"A":"*"}""", """{"A":null}""")]
    [InlineData("""{"A":"*"}""", """{"A":{"B":1}}""")]
    [InlineData("""{"A":{}}""", """{"A":{}}""")]
    [InlineData("""{"A":{}}""", """{"A":{"B":1}}""")]
    [InlineData("""{"A":{}}""", """{"A":"a text"}""")]
    [InlineData("""{"A":null}""", """{"A":null}""")]
    [InlineData("""{"A":false}""", """{"A":false}""")]
    [InlineData("""{"A":"\"x\""}""", """{"A":"\u0022x\u0022"}""")]
    [InlineData("""{"A":[1,{"B":"*"}]}""", """{"A":[1,{"B":2,"C":3}]}""")]
    [InlineData("""{"A":"${/^[0-5]$/}"}""", """{"A":5}""")]
    [InlineData("""{"A":"${/Error$/}"}""", """{"A":"Some.TransientError"}""")]
    [InlineData("""{"A":"${ID}","B":"${ID}"}""", """{"A":"x","B":"x"}""")]
    [InlineData("""{"A":"${ID}","B":"${OTHER}"}""", """{"A":"x","B":"x"}""")]
    [InlineData("""{"A":"<${KNOWN}>"}""", """{"A":"<k>"}""")]
    [InlineData("""{"A":"${KNOWN}"}""", """{"A":"k"}""")]
    public void It_accepts(string expected, string actual) => Assert.Null(Match(expected, actual));

    [Theory]
    [InlineData("""{"A":2}""", """{"B":2}""", "A is missing")]
    [InlineData("""{"A":"*"}""", """{}""", "A is missing")]
    [InlineData("""{"A":{}}""", """{}""", "A is missing")]
    [InlineData("""{"A":{"B":"*"}}""", """{"A":{}}""", "A.B is missing")]
    [InlineData("""{"A":{"B":1}}""", """{"A":1}""", "A is 1 instead of an object")]
    [InlineData("""{"A":2}""", """{"A":"2"}""", "A is \"2\" instead of 2")]
    [InlineData("""{"A":"2"}""", """{"A":2}""", "A is 2 instead of \"2\"")]
    [InlineData("""{"A":2}""", """{"A":2.0}""", "A is 2.0 instead of 2")]
    [InlineData("""{"A":2}""", """{"A":2e0}""", "A is 2e0 instead of 2")]
    [InlineData("""{"A":1}""", """{"A":true}""", "A is true instead of 1")]
    [InlineData("""{"A":false}""", """{"A":null}""", "A is null instead of false")]
    [InlineData("""{"A":null}""", """{"A":""}""", "A is \"\" instead of null")]
    [InlineData("""{"A":"{\"s\": 1}"}""", """{"A":"{\"s\":1}"}""", null)]
    [InlineData("""{"A":[1]}""", """{"A":[1,2]}""", "A has 2 items instead of 1")]
    [InlineData("""{"A":[1]}""", """{"A":{"0":1}}""", null)]
    [InlineData("""{"A":[1,2]}""", """{"A":[2,1]}""", "A[0] is 2 instead of 1")]
    [InlineData("""{"A":"${/^[0-5]$/}"}""", """{"A":6}""", null)]
    [InlineData("""{"A":"${ID}","B":"${ID}"}""", """{"A":"x","B":"y"}""", "B is \"y\" instead of ${ID} = \"x\"")]
    [InlineData("""{"A":"${ID}","B":"${ID}"}""", """{"A":1,"B":"1"}""", null)]
    [InlineData("""{"A":"${KNOWN}"}""", """{"A":"x"}""", null)]
    [InlineData("""{"A":"<${KNOWN}>"}""", """{"A":"<x>"}""", "A is \"<x>\" instead of \"<k>\"")]
    [InlineData("""{"A":"<${UNKNOWN}>"}""", """{"A":"<x>"}""", null)]
    public void It_refuses(string expected, string actual, string? reason)
    {
        var difference = Match(expected, actual);
        Assert.NotNull(difference);
        if (reason is not null) Assert.Equal(reason, difference);
    }

    [Fact]
    public void Events_are_compared_by_number_and_others_are_ignored() =>
        Assert.Null(MatchHistory("""[{"EventId":3,"EventType":"B"}]""", """[{"EventId":1,"EventType":"A"},{"EventId":3,"EventType":"B"},{"EventId":2,"EventType":"C"}]"""));

    [Fact]
    public void An_event_with_another_number_is_not_the_one_expected() =>
        Assert.Equal("EventType is \"C\" instead of \"B\"", MatchHistory("""[{"EventId":2,"EventType":"B"}]""", """[{"EventId":2,"EventType":"C"},{"EventId":3,"EventType":"B"}]""")?.Reason);

    [Theory]
    [InlineData("""[{"EventId":1}]""")]
    [InlineData("""[{"EventId":"2"}]""")]
    [InlineData("""[{"EventId":2},{"EventId":2}]""")]
    public void A_number_that_is_missing_or_given_twice_is_refused(string history) => Assert.NotNull(MatchHistory("""[{"EventId":2}]""", history));

    [Fact]
    public void A_name_that_one_event_binds_must_be_the_same_in_the_next()
    {
        const string Expected = """[{"EventId":1,"Id":"${ID1}"},{"EventId":2,"Id":"${ID2}","ParentId":"${ID1}"}]""";
        Assert.Null(MatchHistory(Expected, """[{"EventId":1,"Id":"a"},{"EventId":2,"Id":"b","ParentId":"a"}]"""));
        Assert.Equal("ParentId is \"b\" instead of ${ID1} = \"a\"", MatchHistory(Expected, """[{"EventId":1,"Id":"a"},{"EventId":2,"Id":"b","ParentId":"b"}]""")?.Reason);
        Assert.Equal("ParentId is missing", MatchHistory(Expected, """[{"EventId":1,"Id":"a"},{"EventId":2,"Id":"b"}]""")?.Reason);
    }

    [Fact]
    public void Events_are_shown_side_by_side()
    {
        var text = SideBySide.Of(Some("""{"EventId":2,"EventType":"B"}"""), Some("""{"EventId":2,"EventType":"C"}"""));
        Assert.Matches(""" {2}"EventType": "B" +\| {3}"EventType": "C" """.TrimEnd(), text);
    }

    private static JsonElement Some(string json) => JsonElement.Parse(json);

    private static Bindings Known()
    {
        var bindings = new Bindings();
        bindings.Bind("KNOWN", Some("\"k\""));
        return bindings;
    }

    private static string? Match(string expected, string actual) => new ValueMatcher(Known()).Match(Some(expected), Some(actual));

    private static Mismatch? MatchHistory(string expected, string actual) =>
        HistoryMatcher.Match(Some(expected).EnumerateArray(), [.. Some(actual).EnumerateArray()], new Bindings());
}
