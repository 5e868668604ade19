using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Tests.Rules;

public class EnvelopeJsonRules
{
    private const string Envelope = """
        {"DurableExecutionArn":"arn","CheckpointToken":"dG9rZW4=","InitialExecutionState":{"Operations":[{"Id":"e1","Type":"EXECUTION","Status":"STARTED","StartTimestamp":1767356934930}]},"UpdatedOperationIds":["e1"]}
        """;

    [Fact]
    public void Instants_are_whole_milliseconds()
    {
        var input = JsonSerializer.Deserialize(Envelope, EnvelopeJson.Default.DurableExecutionInvocationInput)!;

        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1767356934930), input.InitialExecutionState.Operations[0].StartTimestamp);
        Assert.Equal(Envelope.Trim(), JsonSerializer.Serialize(input, EnvelopeJson.Default.DurableExecutionInvocationInput));
    }

    [Theory]
    [InlineData("\"2026-01-02T12:28:54Z\"")]
    [InlineData("1e300")]
    [InlineData("null")]
    public void What_is_no_such_number_is_refused(string instant) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(Envelope.Replace("1767356934930", instant, StringComparison.Ordinal), EnvelopeJson.Default.DurableExecutionInvocationInput));

    [Theory]
    [InlineData(InvocationStatus.Succeeded, """{"Status":"SUCCEEDED","Result":"1"}""")]
    [InlineData(InvocationStatus.Pending, """{"Status":"PENDING"}""")]
    public void An_answer_has_the_wires_words(InvocationStatus status, string text)
    {
        var output = JsonSerializer.Deserialize(text, EnvelopeJson.Default.DurableExecutionInvocationOutput)!;

        Assert.Equal(status, output.Status);
        Assert.Equal(text, JsonSerializer.Serialize(output, EnvelopeJson.Default.DurableExecutionInvocationOutput));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Status":"DONE"}""")]
    [InlineData("""{"Status":1}""")]
    public void An_unknown_status_is_refused(string text) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(text, EnvelopeJson.Default.DurableExecutionInvocationOutput));
}
