using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.Storage;
using static Perdure.OperationAction;
using static Perdure.Tests.Some;

namespace Perdure.Tests.Rules;

/// <summary>What one update means in one state: a test per row of the protocol's table.</summary>
public class TransitionRules
{
    [Fact]
    public void A_step_that_is_absent_starts()
    {
        var some = new Some().Checkpoint(Step(Start));

        Assert.Equal((OperationStatus.Started, 0, Some.T0), (some["op"].Status, Attempt(some), some["op"].StartedAt));
        Assert.Equal("StepStarted", some.EventTypes.Last());
    }

    [Fact]
    public void A_ready_step_starts_again_and_keeps_the_last_result_visible()
    {
        var some = new Some().Checkpoint(Step(Start)).Checkpoint(Update(OperationTypes.Step, Retry) with { Payload = "7", StepOptions = new() { NextAttemptDelaySeconds = 5 } });
        var result = some["op"].Result;
        some.After(5).Checkpoint();
        Assert.Equal(OperationStatus.Ready, some["op"].Status);
        some.Checkpoint(Step(Start));

        Assert.Equal((OperationStatus.Started, 1, result), (some["op"].Status, Attempt(some), some["op"].Result));
        Assert.NotNull(result);
        Assert.Equal(["StepStarted", "StepSucceeded", "StepStarted"], some.EventTypes.Skip(1));
    }

    public static TheoryData<string[]> ClosableSteps => [.. new[] { Array.Empty<string>(), ["start"], ["start", "retry", "due"] }];

    [Theory]
    [MemberData(nameof(ClosableSteps))]
    public void A_step_closes_from_absent_started_and_ready(string[] path)
    {
        foreach (var (action, status, type) in new[] { (Succeed, OperationStatus.Succeeded, "StepSucceeded"), (Fail, OperationStatus.Failed, "StepFailed") })
        {
            var some = StepAfter(path);
            var attempts = path.Contains("retry") ? 1 : 0;
            some.Checkpoint(Step(action));

            Assert.Equal((status, attempts + 1, some.Now), (some["op"].Status, Attempt(some), some["op"].EndedAt));
            Assert.Equal(action == Succeed, some["op"].Result is not null);
            Assert.Equal(action == Fail, some["op"].Error is not null);
            Assert.Equal(type, some.EventTypes.Last());
        }
    }

    [Theory]
    [MemberData(nameof(ClosableSteps))]
    public void A_step_is_retried_from_absent_started_and_ready(string[] path)
    {
        var some = StepAfter(path).Checkpoint(Step(Retry));

        Assert.Equal(OperationStatus.Pending, some["op"].Status);
        Assert.Equal(some.Now.AddSeconds(5), some["op"].Kind.DueAt(some["op"], null));
        Assert.Equal("StepFailed", some.EventTypes.Last());
    }

    [Fact]
    public void A_due_retry_becomes_ready_without_an_event_and_never_early()
    {
        var some = new Some().Checkpoint(Step(Start), Step(Retry));
        var events = some.Events.Count;
        some.After(4.999).Checkpoint();
        Assert.Equal(OperationStatus.Pending, some["op"].Status);
        some.After(0.001).Checkpoint();

        Assert.Equal(OperationStatus.Ready, some["op"].Status);
        Assert.Null(some["op"].Kind.DueAt(some["op"], null));
        Assert.Equal(events, some.Events.Count);
    }

    [Theory]
    [InlineData("start", Start, "Invalid current STEP state to start.")]
    [InlineData("start,retry", Start, "Invalid current STEP state to start.")]
    [InlineData("start,succeed", Start, "Invalid current STEP state to start.")]
    [InlineData("start,retry", Succeed, "Invalid current STEP state to close.")]
    [InlineData("start,succeed", Succeed, "Invalid current STEP state to close.")]
    [InlineData("start,fail", Fail, "Invalid current STEP state to close.")]
    [InlineData("start,retry", Retry, "Invalid current STEP state to re-attempt.")]
    [InlineData("start,succeed", Retry, "Invalid current STEP state to re-attempt.")]
    [InlineData("", Cancel, "Invalid action for the given operation type.")]
    public void A_step_in_another_state_is_refused(string path, OperationAction action, string message) =>
        Assert.Equal(message, StepAfter(path.Split(',', StringSplitOptions.RemoveEmptyEntries)).Refusal(Step(action)));

    [Fact]
    public void A_context_starts_and_closes_with_its_outcome()
    {
        var some = new Some().Checkpoint(Context(Start, "a"), Context(Start, "b"))
            .Checkpoint(Context(Succeed, "a") with { ContextOptions = new ContextOptions(true) }, Context(Fail, "b"));

        Assert.Equal((OperationStatus.Succeeded, true), (some["a"].Status, some["a"].Kind.KeepsChildren(some["a"])));
        Assert.Equal((OperationStatus.Failed, false), (some["b"].Status, some["b"].Kind.KeepsChildren(some["b"])));
        Assert.Equal(["ContextStarted", "ContextStarted", "ContextSucceeded", "ContextFailed"], some.EventTypes.Skip(1));
    }

    [Fact]
    public void A_context_may_be_closed_without_a_start() => Assert.Equal(OperationStatus.Succeeded, new Some().Checkpoint(Context(Succeed))["op"].Status);

    [Theory]
    [InlineData(Start, "Cannot start a CONTEXT that already exist.")]
    [InlineData(Retry, "Invalid action for the given operation type.")]
    [InlineData(Cancel, "Invalid action for the given operation type.")]
    public void A_context_refuses_what_does_not_fit(OperationAction action, string message) =>
        Assert.Equal(message, new Some().Checkpoint(Context(Start)).Refusal(Update(OperationTypes.Context, action)));

    [Fact]
    public void A_second_completion_of_a_context_is_refused() =>
        Assert.Equal("Invalid current CONTEXT state to close.", new Some().Checkpoint(Context(Start)).Checkpoint(Context(Succeed)).Refusal(Context(Fail)));

    [Fact]
    public void A_wait_starts_ends_at_its_time_and_never_early()
    {
        var some = new Some().Checkpoint(Wait(10)).After(9.999).Checkpoint();
        Assert.Equal((OperationStatus.Started, Some.T0.AddSeconds(10)), (some["op"].Status, some["op"].Kind.DueAt(some["op"], null)));
        some.After(0.001).Checkpoint();

        Assert.Equal((OperationStatus.Succeeded, some.Now), (some["op"].Status, some["op"].EndedAt));
        Assert.Equal(["WaitStarted", "WaitSucceeded"], some.EventTypes.Skip(1));
    }

    [Theory]
    [InlineData(90.5, 90.5, 91)]
    [InlineData(90.0000001, 90.001, 91)] // milliseconds are recorded, and it never ends early
    [InlineData(0.2, 1, 1)]
    [InlineData(-500, 1, 1)]
    [InlineData(40_000_000, 31_622_400, 31_622_400)]
    public void A_wait_until_an_instant_ends_at_it_on_the_services_clock(double asked, double ends, int duration)
    {
        var wait = Wait(31_622_400) with { WaitOptions = new WaitOptions(31_622_400) { ScheduledEndTimestamp = Some.T0 + TimeSpan.FromTicks((long)(asked * TimeSpan.TicksPerSecond)) } };
        var some = new Some().Checkpoint(wait);

        Assert.Equal(Some.T0.AddMilliseconds(ends * 1000), some["op"].Kind.DueAt(some["op"], null));
        var facts = HistoryReader.Events(new JournalEntry(2, 1, EntryJson.Write(some.Last.Changes!), default), includeData: true).Single().WaitStartedDetails!;
        Assert.Equal((duration, some["op"].Kind.DueAt(some["op"], null)), (facts.Duration, facts.ScheduledEndTimestamp));
    }

    [Fact]
    public void A_wait_is_cancelled_while_it_runs_only()
    {
        var some = new Some().Checkpoint(Wait()).Checkpoint(Update(OperationTypes.Wait, Cancel));

        Assert.Equal(OperationStatus.Cancelled, some["op"].Status);
        Assert.Equal("WaitCancelled", some.EventTypes.Last());
        Assert.Equal("Cannot cancel a WAIT that does not exist or has already completed.", some.Refusal(Update(OperationTypes.Wait, Cancel)));
        Assert.Equal("Cannot cancel a WAIT that does not exist or has already completed.", some.Refusal(Update(OperationTypes.Wait, Cancel, "never")));
    }

    [Fact]
    public void A_wait_refuses_what_does_not_fit()
    {
        var some = new Some().Checkpoint(Wait());

        Assert.Equal("Cannot start a WAIT that already exist.", some.Refusal(Wait()));
        Assert.Equal("Update for WAIT operation requires WaitOptions.", some.Refusal(Update(OperationTypes.Wait, Start, "new")));
        Assert.StartsWith("WaitOptions.WaitSeconds is 0;", some.Refusal(Wait(0, "new")));
        Assert.StartsWith("WaitOptions.WaitSeconds is 31622401;", some.Refusal(Wait(31_622_401, "new")));
        Assert.Equal("Invalid action for the given operation type.", some.Refusal(Update(OperationTypes.Wait, Succeed)));
    }

    [Theory]
    [InlineData(OperationStatus.Succeeded, "CallbackSucceeded")]
    [InlineData(OperationStatus.Failed, "CallbackFailed")]
    public void A_callback_is_ended_from_outside_once(OperationStatus outcome, string type)
    {
        var some = new Some().Checkpoint(Callback()).Complete("op", outcome);

        Assert.Equal(outcome, some["op"].Status);
        Assert.Equal(["CallbackStarted", type], some.EventTypes.Skip(1));
        Assert.Throws<CallbackClosedException>(() => some.Complete("op", OperationStatus.Succeeded));
    }

    [Fact]
    public void A_callback_refuses_what_does_not_fit()
    {
        var some = new Some().Checkpoint(Callback());

        Assert.Equal("Cannot start a CALLBACK that already exist.", some.Refusal(Callback()));
        Assert.Equal("Invalid action for the given operation type.", some.Refusal(Update(OperationTypes.Callback, Succeed)));
        Assert.Equal("Invalid action for the given operation type.", some.Refusal(Update(OperationTypes.Callback, Cancel)));
        Assert.StartsWith("CallbackOptions.TimeoutSeconds is -1;", some.Refusal(Callback(timeout: -1, id: "new")));
    }

    [Theory]
    [InlineData(5, 9, "Callback.Timeout", 5)]
    [InlineData(9, 5, "Callback.Heartbeat", 5)]
    [InlineData(5, 5, "Callback.Timeout", 5)]
    [InlineData(null, 5, "Callback.Heartbeat", 5)]
    [InlineData(5, null, "Callback.Timeout", 5)]
    public void The_earlier_deadline_of_a_callback_says_why_it_timed_out(int? timeout, int? heartbeat, string errorType, int due)
    {
        var some = new Some().Checkpoint(Callback(timeout, heartbeat)).After(due - 0.001).Checkpoint();
        Assert.Equal(OperationStatus.Started, some["op"].Status);
        some.After(100).Checkpoint();

        Assert.Equal(OperationStatus.TimedOut, some["op"].Status);
        Assert.Equal("CallbackTimedOut", some.EventTypes.Last());
        Assert.Contains(errorType, System.Text.Encoding.UTF8.GetString(some.Last.Payload.Span));
    }

    [Fact]
    public void An_answer_after_the_deadline_is_refused_although_nobody_has_swept_yet() =>
        Assert.Throws<CallbackClosedException>(() => new Some().Checkpoint(Callback(timeout: 5)).After(5).Complete("op", OperationStatus.Succeeded));

    [Fact]
    public void A_heartbeat_postpones_its_deadline_only()
    {
        var some = new Some().Checkpoint(Callback(timeout: 20, heartbeat: 5));
        some.Heartbeats["op"] = Some.T0.AddSeconds(4);
        some.After(8.999).Checkpoint();
        Assert.Equal(OperationStatus.Started, some["op"].Status);
        some.After(0.001).Checkpoint();

        Assert.Equal(OperationStatus.TimedOut, some["op"].Status);
        Assert.Equal([new Perdure.Storage.HeartbeatGuard("op", Some.T0.AddSeconds(4))], some.Last.Guards);
    }

    [Theory]
    [InlineData(OperationStatus.Succeeded, "ChainedInvokeSucceeded")]
    [InlineData(OperationStatus.Failed, "ChainedInvokeFailed")]
    [InlineData(OperationStatus.TimedOut, "ChainedInvokeTimedOut")]
    [InlineData(OperationStatus.Stopped, "ChainedInvokeStopped")]
    public void A_call_starts_its_target_in_the_same_decision_and_ends_with_it_once(OperationStatus outcome, string type)
    {
        var some = new Some { Targets = { ["op"] = Target() } }.Checkpoint(Invoke());
        Assert.Equal(OperationStatus.Started, some["op"].Status);
        var child = Assert.Single(some.Last.Children);
        Assert.Equal((7L, 42L, "op"), (child.Plan.Identity.Key.Value, child.Caller.ExecutionKey, child.Caller.OperationId));
        some.Complete("op", outcome);

        Assert.Equal(outcome, some["op"].Status);
        Assert.Equal(["ChainedInvokeStarted", type], some.EventTypes.Skip(1));
        Assert.Throws<CallbackClosedException>(() => some.Complete("op", OperationStatus.Succeeded));
    }

    [Fact]
    public void A_call_of_nobody_fails_the_operation_and_starts_nothing()
    {
        var some = new Some().Checkpoint(Invoke());

        Assert.Equal(OperationStatus.Failed, some["op"].Status);
        Assert.Equal(["ChainedInvokeStarted", "ChainedInvokeFailed"], some.EventTypes.Skip(1));
        Assert.Empty(some.Last.Children);
        Assert.Contains("ResourceNotFoundException", System.Text.Encoding.UTF8.GetString(some.Last.Payload.Span));
    }

    [Fact]
    public void A_call_refuses_what_does_not_fit()
    {
        var some = new Some { Targets = { ["op"] = Target() } }.Checkpoint(Invoke());

        Assert.Equal("Cannot start a CHAINED_INVOKE that already exist.", some.Refusal(Invoke()));
        Assert.Equal("Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.", some.Refusal(Update(OperationTypes.ChainedInvoke, Start, "new")));
        Assert.Equal("Invalid action for the given operation type.", some.Refusal(Update(OperationTypes.ChainedInvoke, Cancel)));
        Assert.StartsWith("ChainedInvokeOptions.FunctionName has 257", some.Refusal(Invoke("new") with { ChainedInvokeOptions = new ChainedInvokeOptions(new string('f', 257)) }));
    }

    [Theory]
    [InlineData(Succeed, ExecutionStatus.Succeeded, "ExecutionSucceeded")]
    [InlineData(Fail, ExecutionStatus.Failed, "ExecutionFailed")]
    public void An_EXECUTION_update_closes_the_execution_under_its_own_id(OperationAction action, ExecutionStatus status, string type)
    {
        var some = new Some();
        some.Checkpoint(Update(OperationTypes.Execution, action, "made-up-id") with { Payload = action == Succeed ? "1" : null, Error = action == Fail ? Error("x") : null });

        Assert.Equal((status, 1), (some.State.Status, some.State.OperationCount));
        Assert.Equal(type, some.EventTypes.Last());
        Assert.Equal("Invalid EXECUTION action.", some.Refusal(Update(OperationTypes.Execution, action)));
    }

    [Theory]
    [InlineData(Start)]
    [InlineData(Retry)]
    [InlineData(Cancel)]
    public void Another_EXECUTION_action_is_refused(OperationAction action) =>
        Assert.Equal("Invalid EXECUTION action.", new Some().Refusal(Update(OperationTypes.Execution, action)));

    private static Some StepAfter(string[] path)
    {
        var some = new Some();
        foreach (var step in path)
        {
            switch (step)
            {
                case "due":
                    some.After(5).Checkpoint();
                    break;
                default:
                    some.Checkpoint(Step(Enum.Parse<OperationAction>(step, ignoreCase: true)));
                    break;
            }
        }

        return some;
    }

    private static int Attempt(Some some) => some["op"].Describe(new Absent()).StepDetails!.Attempt;

    /// <summary>Only the shape is looked at here: payloads are not fetched.</summary>
    private sealed class Absent : PayloadReader
    {
        public override string? Text(Perdure.Protocol.PayloadSlice? slice) => null;

        public override ErrorObject? Error(Perdure.Protocol.PayloadSlice? slice) => null;
    }
}
