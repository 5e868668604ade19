using System.Text.Json.Nodes;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;
using Perdure.Conformance.Running;
using Perdure.Conformance.Service;

namespace Perdure.Tests.Conformance.Requirements;

/// <summary>A requirement holds when its events, its end and its log are as expected, and not otherwise.</summary>
public class RequirementRunTests
{
    private const string Succeeded = """{"EventId":2,"EventType":"ExecutionSucceeded"}""";

    private const string Greeting = """
        description: d
        Input: {name: x, tags: [a, b]}
        ExpectedResult: {ExecutionStatus: SUCCEEDED, Result: done}
        ExpectedExecutionHistory: [{EventId: 2, EventType: ExecutionSucceeded}]
        ExpectedLogs: [{match: {message: hello}, count: 1}]
        """;

    [Fact]
    public async Task It_holds_when_events_end_and_log_are_as_expected()
    {
        await using var service = new FakeService(Succeeded);
        Assert.Null(await RunAsync(service, Greeting, "hello"));
        Assert.Equal(["""invoke 1-1 {"name": "x", "tags": ["a", "b"]}"""], service.Calls);
    }

    [Fact]
    public async Task It_does_not_hold_when_an_event_differs()
    {
        await using var service = new FakeService("""{"EventId":2,"EventType":"ExecutionFailed"}""");
        var problem = await RunAsync(service, Greeting, "hello");
        Assert.Equal("EventType is \"ExecutionFailed\" instead of \"ExecutionSucceeded\"", problem?.Message);
        Assert.NotNull(problem?.Mismatch);
    }

    [Theory]
    [InlineData("FAILED", null, "the execution ended FAILED instead of SUCCEEDED")]
    [InlineData("SUCCEEDED", "\"other\"", "the result is \"other\" instead of \"done\"")]
    [InlineData("SUCCEEDED", null, "the result is absent instead of \"done\"")]
    [InlineData("SUCCEEDED", "[\"done\"]", "the result is [\"done\"] instead of \"done\"")]
    public async Task It_does_not_hold_when_the_end_differs(string status, string? result, string message)
    {
        await using var service = new FakeService(Succeeded) { End = new ExecutionEnd(status, result) };
        Assert.Equal(message, (await RunAsync(service, Greeting, "hello"))?.Message);
    }

    [Theory]
    [InlineData()]
    [InlineData("hello", "hello")]
    [InlineData("hello!")]
    public async Task It_does_not_hold_when_the_log_differs(params string[] lines)
    {
        await using var service = new FakeService(Succeeded);
        Assert.Contains("log records match", (await RunAsync(service, Greeting, lines))?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_execution_wrote_does_not_count()
    {
        await using var service = new FakeService(Succeeded);
        var log = new RunLog();
        log.Write(new JsonObject { ["executionArn"] = "another", ["message"] = "hello" });
        Assert.NotNull(await new RequirementRun(service, log, Read(Greeting)).RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task When_only_the_history_counts_the_execution_is_stopped_afterwards()
    {
        await using var service = new FakeService("""{"EventId":2,"EventType":"WaitStarted"}""");
        Assert.Null(await RunAsync(service, "description: d\nAsyncInvoke: true\nExpectedExecutionHistory: [{EventId: 2, EventType: WaitStarted}]"));
        Assert.Equal(["start 1-1 null", "stop"], service.Calls);
    }

    private static Task<Problem?> RunAsync(FakeService service, string yaml, params string[] lines)
    {
        var log = new RunLog();
        foreach (var line in lines) log.Write(new JsonObject { ["executionArn"] = FakeService.Arn, ["message"] = line });
        return new RequirementRun(service, log, Read(yaml)).RunAsync(CancellationToken.None);
    }

    private static Requirement Read(string yaml) => RequirementReader.Read("1-1", "step", new StringReader(yaml));
}

/// <summary>Who answers callbacks answers each as it is told, and nothing else.</summary>
public class CallbackDriverTests
{
    private const string A = """{"EventType":"CallbackStarted","Name":"a","CallbackStartedDetails":{"CallbackId":"id-a"}}""";
    private const string B = """{"EventType":"CallbackStarted","Name":"b","CallbackStartedDetails":{"CallbackId":"id-b"}}""";
    private const string Nameless = """{"EventType":"CallbackStarted","CallbackStartedDetails":{"CallbackId":"id-n"}}""";

    [Fact]
    public async Task A_heartbeat_answers_nothing_and_the_next_action_follows() => Assert.Equal(
        ["heartbeat id-a", """success id-a {"status": "x"}"""],
        await ActAsync("{CallbackName: '*', Operation: heartbeat}, {CallbackName: '*', Operation: success, Payload: {status: '${NAME}'}}", A));

    [Fact]
    public async Task Callbacks_are_answered_in_the_order_in_which_they_were_opened_each_by_its_name() => Assert.Equal(
        ["failure id-a RejectedError no", "success id-b \"x\""],
        await ActAsync("{CallbackName: b, Operation: success, Payload: '${NAME}'}, {CallbackName: a, Operation: failure, Payload: {ErrorType: RejectedError, ErrorMessage: 'no'}}", A, B));

    [Fact]
    public async Task A_success_without_a_payload_has_no_body() =>
        Assert.Equal(["success id-n "], await ActAsync("{CallbackName: '*', Operation: success}", Nameless));

    [Fact]
    public async Task A_name_may_be_a_pattern() => Assert.Equal(["heartbeat id-a", "success id-a 1"], await ActAsync("{CallbackName: '${/^a/}', Operation: heartbeat}, {CallbackName: a, Operation: success, Payload: 1}", A));

    [Fact]
    public async Task Without_actions_nobody_answers() => Assert.Empty(await ActAsync("", A));

    [Theory]
    [InlineData("{CallbackName: a, Operation: success}", B)]
    [InlineData("{CallbackName: a, Operation: success}", Nameless)]
    [InlineData("{CallbackName: '*', Operation: success}", A, B)]
    [InlineData("{CallbackName: '*', Operation: heartbeat}", A)]
    public async Task A_callback_for_which_no_action_is_left_fails_the_requirement(string actions, params string[] history) =>
        await Assert.ThrowsAsync<RequirementFailedException>(() => ActAsync(actions, history));

    private static async Task<List<string>> ActAsync(string actions, params string[] history)
    {
        var requirement = RequirementReader.Read("1-1", "step", new StringReader($"description: d\nVariables: {{NAME: x}}\nCallbackActions: [{actions}]"));
        await using var service = new FakeService(history);
        var driver = new CallbackDriver(service, requirement.Callbacks, Bindings.OfVariables(requirement.Variables));
        await driver.ActAsync(service.History, CancellationToken.None);
        await driver.ActAsync(service.History, CancellationToken.None); // answered once, however often the history is read
        return service.Calls;
    }
}
