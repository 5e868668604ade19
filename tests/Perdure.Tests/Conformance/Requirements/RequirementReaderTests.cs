using System.Text.Json;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;

namespace Perdure.Tests.Conformance.Requirements;

public class RequirementReaderTests
{
    private const string Yaml = """
        ---
        # A comment.
        description: Something that spans
          two lines
        handler: |
          Prose.
        AsyncInvoke: true
        Variables:
          NAME: ${GEN_STR:8}
          FIXED: x
        Input: ['${NAME}', 1, null, "1", true, 'yes', -3, 007]
        CallbackActions:
          - CallbackName: '*'
            Operation: heartbeat
          - CallbackName: ${NAME}
            Operation: success
            Payload: {status: approved}
            Delay: 2
        ExpectedResult:
          ExecutionStatus: SUCCEEDED
          Result: null
        ExpectedExecutionHistory:
          - EventType: StepStarted
            EventId: 2
            StepStartedDetails: {}
        """;

    [Fact]
    public void A_requirement_is_read_with_the_types_that_its_scalars_have()
    {
        var requirement = Read(Yaml);
        Assert.Equal("""["${NAME}",1,null,"1",true,"yes",-3,"007"]""", requirement.Input.GetRawText());
        Assert.Equal(("Something that spans two lines", true, "SUCCEEDED"), (requirement.Description, requirement.IsAsync, requirement.End?.Status));
        Assert.Equal(JsonValueKind.Null, requirement.End?.Result?.ValueKind);
        Assert.Equal("""{"EventType":"StepStarted","EventId":2,"StepStartedDetails":{}}""", Assert.Single(requirement.Events).GetRawText());
        Assert.Equal([("*", "heartbeat", TimeSpan.Zero), ("${NAME}", "success", TimeSpan.FromSeconds(2))], requirement.Callbacks.Select(action => (action.CallbackName, action.Operation, action.Delay)));
    }

    [Fact]
    public void An_end_whose_result_does_not_matter_has_none() =>
        Assert.Null(Read("description: d\nExpectedResult: {ExecutionStatus: SUCCEEDED}").End!.Result); // it has an end

    [Theory]
    [InlineData("description: d\nSurprise: 1")]
    [InlineData("description: d\nExpectedLogs: [{match: {a: 1}, before: [{b: 1}]}]")]
    public void What_would_not_be_checked_is_refused(string yaml) => Assert.Throws<FormatException>(() => Read(yaml));

    [Fact]
    public void A_variable_is_generated_once_and_put_in_wherever_it_is_named()
    {
        var requirement = Read(Yaml);
        var bindings = Bindings.OfVariables(requirement.Variables);
        var name = bindings.Substitute("${NAME}");
        Assert.Matches("^[a-z0-9]{8}$", name);
        Assert.Equal(name, bindings.Substitute(requirement.Input)[0].GetString());
        Assert.Equal($"<{name}|x|${{OTHER}}>", bindings.Substitute("<${NAME}|${FIXED}|${OTHER}>"));
        Assert.NotEqual(name, Bindings.OfVariables(requirement.Variables).Substitute("${NAME}"));
    }

    [Fact]
    public void A_payload_is_sent_with_spaces_after_commas_and_colons() =>
        Assert.Equal("""{"status": "approved", "list": [1, "a,b:c", {}], "none": null}""",
            SpacedJson.Write(JsonElement.Parse("""{"status":"approved","list":[1,"a,b:c",{}],"none":null}""")));

    private static Requirement Read(string yaml) => RequirementReader.Read("1-1", "step", new StringReader(yaml));
}
