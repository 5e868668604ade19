using Perdure.Engine.Executions;
using Perdure.Operations;
using static Perdure.OperationAction;
using static Perdure.Tests.Some;

namespace Perdure.Tests.Rules;

/// <summary>The order in which timers fire that are due together.</summary>
public class DueRules
{
    [Fact]
    public void Timers_that_are_due_together_fire_by_their_time_and_then_by_their_start()
    {
        var some = new Some().Checkpoint(Wait(30, "a"), Wait(10, "b"), Callback(timeout: 20, id: "c"), Wait(20, "d"), Wait(10, "e"), Wait(90, "f"));

        some.Suspend().After(60).Resume();

        Assert.Equal(["b", "e", "c", "d", "a"], Fired(some));
    }

    [Fact]
    public void A_timer_that_heartbeats_postponed_fires_at_its_new_place()
    {
        var some = new Some().Checkpoint(Callback(heartbeat: 10, id: "beating"), Wait(20, "a"), Wait(40, "b"), Callback(heartbeat: 10, id: "alive"));
        some.Heartbeats["beating"] = T0.AddSeconds(20);
        some.Heartbeats["alive"] = T0.AddSeconds(55);

        some.Suspend().After(60).Resume();

        Assert.Equal(["a", "beating", "b"], Fired(some));
        Assert.Equal([new("beating", T0.AddSeconds(20))], some.Last.Guards);
    }

    [Fact]
    public void Nothing_fires_after_the_execution_itself_has_timed_out()
    {
        var some = new Some(timeoutSeconds: 30).Checkpoint(Wait(20, "a"), Wait(30, "b"), Wait(40, "c"));

        some.Suspend().After(60).Resume();

        Assert.Equal(["a", some.State.ExecutionId], Fired(some));
        Assert.Equal(ExecutionStatus.TimedOut, some.State.Status);
    }

    [Fact]
    public void What_a_batch_changes_fires_with_it_when_it_is_due()
    {
        var some = new Some().Checkpoint(Step(Retry, "retry"), Wait(5, "a"), Wait(4, "b")).After(5);

        some.Checkpoint(Step(Start, "other"), Update(OperationTypes.Wait, Cancel, "b"));

        Assert.Equal(["other", "b", "retry", "a"], Fired(some));
        Assert.Equal([OperationStatus.Started, OperationStatus.Cancelled, OperationStatus.Ready, OperationStatus.Succeeded], some.Last.Changes!.Operations.Select(operation => operation.Status));
    }

    /// <summary>This once took a minute: each timer that fired looked for the next one among all.</summary>
    [Fact]
    public void Twenty_thousand_timers_that_are_due_at_once_fire_in_order()
    {
        var some = new Some();
        for (var first = 0; first < 20_000; first += 200) some.Checkpoint([.. Enumerable.Range(first, 200).Select(i => Wait(10 + (i * 7919 % 13), $"w{i}"))]);
        var expected = some.State.Operations.Where(operation => operation.Kind != OperationKinds.Execution)
            .OrderBy(operation => operation.Kind.DueAt(operation, null)).ThenBy(operation => operation.StartedEvent).Select(operation => operation.Id).ToList();

        some.Suspend().After(60).Resume();

        Assert.Equal(expected, Fired(some));
    }

    private static IEnumerable<string> Fired(Some some) => some.Last.Changes!.Operations.Select(operation => operation.Id);
}
