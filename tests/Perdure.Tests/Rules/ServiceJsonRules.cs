using System.Text.Json;
using Perdure.Protocol;

namespace Perdure.Tests.Rules;

/// <summary>A history in the form of the service's API.</summary>
public class ServiceJsonRules
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1767356934930);

    [Fact]
    public void Instants_are_seconds_with_a_fraction_and_absent_members_are_left_out() => Assert.Equal(
        """{"EventType":"StepStarted","EventId":2,"EventTimestamp":1767356934.93,"Id":"a","SubType":"Step","StepStartedDetails":{}}""",
        InOrder(new HistoryEvent { EventType = "StepStarted", EventId = 2, EventTimestamp = At, Id = "a", SubType = "Step", StepStartedDetails = new StepStartedDetails() }));

    [Fact]
    public void A_payload_that_is_absent_leaves_its_wrapper() => Assert.Equal(
        """{"EventType":"ExecutionSucceeded","EventId":6,"EventTimestamp":1767356934.93,"ExecutionSucceededDetails":{"Result":{"Truncated":false}}}""",
        InOrder(new HistoryEvent
        {
            EventType = "ExecutionSucceeded", EventId = 6, EventTimestamp = At, ExecutionSucceededDetails = new ExecutionSucceededDetails(new EventPayload(null, Truncated: false)),
        }));

    [Fact]
    public void An_instant_is_read_as_it_was_written()
    {
        var written = JsonSerializer.Serialize(new HistoryEvent { EventType = "WaitStarted", EventId = 2, EventTimestamp = At, WaitStartedDetails = new WaitStartedDetails(2, At.AddSeconds(2)) }, ServiceJson.Default.HistoryEvent);
        var read = JsonSerializer.Deserialize(written, ServiceJson.Default.HistoryEvent);
        Assert.Equal((At, At.AddSeconds(2)), (read?.EventTimestamp, read?.WaitStartedDetails?.ScheduledEndTimestamp));
        Assert.Contains("\"ScheduledEndTimestamp\":1767356936.93", written, StringComparison.Ordinal);
    }

    // Details come from files of their own, in whatever order these are compiled.
    private static string InOrder(HistoryEvent historyEvent)
    {
        var members = JsonElement.Parse(JsonSerializer.Serialize(historyEvent, ServiceJson.Default.HistoryEvent)).EnumerateObject()
            .OrderBy(member => member.Name.EndsWith("Details", StringComparison.Ordinal)).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}");
        return $"{{{string.Join(',', members)}}}";
    }
}
