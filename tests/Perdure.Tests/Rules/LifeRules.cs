using Perdure.Engine.Executions;
using static Perdure.OperationAction;
using static Perdure.Tests.Some;

namespace Perdure.Tests.Rules;

/// <summary>The rules about an execution between and around its invocations.</summary>
public class LifeRules
{
    [Fact]
    public void InvocationCompleted_comes_before_the_terminal_event_and_numbers_have_no_gap()
    {
        var some = new Some().Checkpoint(Step(Start), Step(Succeed)).End(new InvocationEnd.Succeeded(null));

        Assert.Equal(["ExecutionStarted", "StepStarted", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded"], some.EventTypes);
        Assert.Equal(5, some.State.LastEventId);
        Assert.Equal((ExecutionStatus.Succeeded, (DateTimeOffset?)null), (some.Last.Row!.Status, some.Last.Row.WakeAt));
    }

    [Fact]
    public void InvocationCompleted_comes_after_the_terminal_event_when_somebody_else_ended_the_execution()
    {
        var some = new Some().Stop().End(new InvocationEnd.Succeeded(null));

        Assert.Equal(["ExecutionStarted", "ExecutionStopped", "InvocationCompleted"], some.EventTypes);
        Assert.Equal(ExecutionStatus.Stopped, some.State.Status);
        Assert.True(some.Stop().Last.IsEmpty);
    }

    [Fact]
    public void A_suspended_execution_wakes_at_its_earliest_timer()
    {
        var some = new Some().Checkpoint(Wait(50, "late"), Wait(20, "early"), Callback(timeout: 30, id: "cb")).Suspend();

        Assert.Equal(("f", Some.T0.AddSeconds(20), null), (some.Last.Row!.Queue, some.Last.Row.WakeAt, some.Last.Row.LeaseOwner));
    }

    [Fact]
    public void One_that_waits_for_the_outside_world_alone_wakes_at_its_own_deadline() =>
        Assert.Equal(Some.T0.AddSeconds(3600), new Some().Checkpoint(Callback()).Suspend().Last.Row!.WakeAt);

    [Fact]
    public void A_running_one_falls_due_when_its_lease_ends_and_a_checkpoint_leaves_the_row_alone()
    {
        var some = new Some();
        Assert.Equal(("node", Some.T0.AddSeconds(30)), (some.Last.Row!.LeaseOwner, some.Last.Row.WakeAt));

        Assert.Null(some.Checkpoint(Step(Start)).Last.Row);
    }

    [Fact]
    public void Due_timers_are_fired_with_the_invocation_that_they_cause()
    {
        var some = new Some().Checkpoint(Wait(10, "a"), Wait(10, "b"), Wait(60, "c")).Suspend().After(10).Resume();

        Assert.Equal(["WaitSucceeded", "WaitSucceeded"], some.EventTypes.TakeLast(2));
        Assert.Equal(["a", "b"], some.Last.Changes!.Operations.Select(operation => operation.Id));
        Assert.Equal(2, some.State.Invocation!.Epoch);
    }

    [Fact]
    public void A_reservation_with_nothing_due_begins_nothing() => Assert.True(new Some().Checkpoint(Wait(10)).Suspend().After(5).Resume().Last.IsEmpty);

    [Fact]
    public void A_reservation_older_than_the_running_invocation_comes_to_nothing() =>
        Assert.True(new Some().Do(new Command.Resume(new BeginArgs(1, "other"))).Last.IsEmpty);

    [Fact]
    public void A_takeover_records_the_dead_invocation_before_it_begins_the_next()
    {
        var some = new Some().Checkpoint(Step(Start)).After(31).Resume();

        Assert.Equal("InvocationCompleted", some.EventTypes.Last());
        Assert.NotNull(some.Events[^1].Error);
        Assert.Equal((2, 1), (some.State.Invocation!.Epoch, some.State.Control.Crashes));
    }

    [Fact]
    public void Crashes_without_progress_are_delayed_more_and_more_and_parked_in_the_end()
    {
        var some = new Some();
        var delays = new List<double>();
        for (var crash = 1; crash < 10; crash++)
        {
            some.Crash();
            delays.Add((some.Last.Row!.WakeAt!.Value - some.Now).TotalSeconds);
            Assert.True(some.Resume().Last.IsEmpty, "not before its time");
            some.After(delays[^1]).Resume();
            Assert.NotNull(some.State.Invocation);
        }

        some.Crash();
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], delays);
        Assert.Equal(ExecutionAttention.Parked, some.Last.Row!.Attention);
        Assert.True(some.After(100).Resume().Last.IsEmpty);
        some.Do(new Command.ClearAttention(ExecutionAttention.Parked));
        Assert.Equal(some.Now, some.Last.Row!.WakeAt);
    }

    [Fact]
    public void Progress_starts_the_count_of_crashes_anew()
    {
        var some = new Some().Crash().After(1).Resume().Crash().After(2).Resume();
        Assert.Equal(2, some.State.Control.Crashes);
        some.Checkpoint(Step(Start)).Crash();

        Assert.Equal(1, some.State.Control.Crashes);
    }

    [Fact]
    public void PENDING_with_nothing_pending_is_a_crash()
    {
        var some = new Some().Suspend();

        Assert.NotNull(some.Events[^1].Error);
        Assert.Contains("Cannot return PENDING status with no pending operations.", System.Text.Encoding.UTF8.GetString(some.Last.Payload.Span));
        Assert.Equal(1, some.State.Control.Crashes);
    }

    [Fact]
    public void What_the_function_has_not_seen_makes_another_invocation_at_once()
    {
        var some = new Some().Checkpoint(Callback()).Complete("op", OperationStatus.Succeeded).Suspend();
        Assert.Equal(some.Now, some.Last.Row!.WakeAt);

        var seen = new Some().Checkpoint(Callback(), Wait(10, "w")).Complete("op", OperationStatus.Succeeded);
        seen.Do(new Command.EndInvocation(1, new InvocationEnd.Pending(), SeenVersion: seen.State.Version));
        Assert.Equal(Some.T0.AddSeconds(10), seen.Last.Row!.WakeAt);
    }

    [Fact]
    public void A_due_attempt_that_was_seen_and_not_begun_makes_another_invocation_unless_its_context_is_over()
    {
        var open = new Some().Checkpoint(Step(Start), Step(Retry)).After(5).Checkpoint().Suspend();
        Assert.Equal(open.Now, open.Last.Row!.WakeAt);

        // Visible, because the value is rebuilt from it, and still never begun: waking for it would never end.
        var over = new Some().Checkpoint(Context(Start, "ctx"), Step(Start) with { ParentId = "ctx" }, Step(Retry) with { ParentId = "ctx" })
            .Checkpoint(Context(Succeed, "ctx") with { ContextOptions = new ContextOptions(true) }, Wait(60, "w")).After(5).Checkpoint().Suspend();
        Assert.Equal(Some.T0.AddSeconds(60), over.Last.Row!.WakeAt);
    }

    [Fact]
    public void An_external_completion_while_suspended_makes_its_own_invocation()
    {
        var some = new Some().Checkpoint(Callback(), Wait(1000, "w")).Suspend().Complete("op", OperationStatus.Succeeded);
        Assert.Equal(some.Now, some.Last.Row!.WakeAt);

        Assert.NotNull(some.Resume().State.Invocation);
    }

    [Fact]
    public void A_completion_does_not_shorten_the_delay_after_a_crash()
    {
        var some = new Some().Checkpoint(Callback()).Crash().Complete("op", OperationStatus.Succeeded);

        Assert.Equal(some.Now.AddSeconds(1), some.Last.Row!.WakeAt);
    }

    [Fact]
    public void The_deadline_ends_an_execution_suspended_running_or_between_crashes()
    {
        Assert.Equal(ExecutionStatus.TimedOut, new Some(60).Checkpoint(Wait(1000)).Suspend().After(60).Resume().State.Status);
        Assert.Equal(ExecutionStatus.TimedOut, new Some(60).After(60).Do(new Command.Tick()).State.Status);
        Assert.Equal(ExecutionStatus.TimedOut, new Some(60).After(60).Checkpoint(Step(Start)).State.Status);
        var crashed = new Some(2).After(1.5).Crash();
        Assert.Equal(Some.T0.AddSeconds(2), crashed.Last.Row!.WakeAt);
        Assert.Equal(ExecutionStatus.TimedOut, crashed.After(0.5).Resume().State.Status);
    }

    [Fact]
    public void Time_never_goes_back_within_an_execution()
    {
        var some = new Some().After(10).Checkpoint(Step(Start, "a")).After(-5).Checkpoint(Step(Start, "b"));

        Assert.Equal(some["a"].StartedAt, some["b"].StartedAt);
    }

    [Fact]
    public void Descendants_of_a_finished_context_are_hidden_unless_its_value_is_rebuilt_from_them()
    {
        var some = new Some().Checkpoint(Context(Start, "a"), Context(Start, "b") with { ParentId = "a" }, Step(Start, "c") with { ParentId = "b" })
            .Checkpoint(Context(Succeed, "b") with { ParentId = "a", ContextOptions = new ContextOptions(true) });
        Assert.True(some.State.IsVisible(some["c"]));
        some.Checkpoint(Context(Succeed, "a"));

        Assert.False(some.State.IsVisible(some["c"]));
        Assert.False(some.State.IsVisible(some["b"]));
        Assert.True(some.State.IsVisible(some["a"]));
    }

    [Fact]
    public void A_word_of_a_newer_version_is_refused_loudly()
    {
        var entry = """{"t":0,"o":[{"i":"x","k":"SIGNAL","s":"STARTED","b":0,"q":1}]}"""u8.ToArray();
        var status = """{"t":0,"o":[{"i":"x","k":"STEP","s":"PAUSED","b":0,"q":1,"d":{"a":0}}]}"""u8.ToArray();

        Assert.Contains("newer version", Assert.Throws<Perdure.Protocol.UnknownWireValueException>(() => EntryJson.Read(entry)).Message);
        Assert.Throws<Perdure.Protocol.UnknownWireValueException>(() => EntryJson.Read(status));
    }

    [Fact]
    public void Operations_stand_in_start_order_and_a_delta_in_order_of_the_last_change()
    {
        var some = new Some();
        some.Checkpoint(Step(OperationAction.Start, "a"), Step(OperationAction.Start, "b"), Step(OperationAction.Succeed, "a"), Step(OperationAction.Succeed, "c"));

        Assert.Equal(["a", "b", "c"], some.State.Operations.Skip(1).Select(operation => operation.Id));
        Assert.Equal(["b", "a", "c"], some.State.ChangedAfter(1).Select(operation => operation.Id));
        Assert.Equal(some.State.Operations.Select(operation => operation.StartedEvent).Order(), some.State.Operations.Select(operation => operation.StartedEvent));
    }
}
