using Perdure.Replay;

namespace Perdure.Tests.Simulation;

/// <summary>Several flows of several operations on one context, crashed after a random completion and replayed: does position n still mean the same?</summary>
/// <remarks>The controls show that the experiment can fail, and that the order of delivery is what makes it pass.</remarks>
public class OrderingTests
{
    private const int Functions = 300;

    [Fact]
    public void Recorded_order_never_renumbers_an_operation() => Assert.Equal(0, Mismatches(static () => new CauseQueue()));

    [Fact]
    public void Control_delivery_in_the_order_of_a_thread_pool_renumbers_operations()
    {
        var random = new Random(1);
        Assert.InRange(Mismatches(() => new ArbitraryOrder(random)), 100, Functions);
    }

    [Fact]
    public void Control_callbacks_acknowledged_at_once_renumber_operations() =>
        Assert.InRange(Mismatches(static () => new CallbacksAtOnce()), 20, Functions);

    private static int Mismatches(Func<CauseQueue> newQueue)
    {
        var mismatches = 0;
        SimWorld.OnOwnThread(() => mismatches = Enumerable.Range(0, Functions).Count(seed => IsMismatched(seed, newQueue)));
        return mismatches;
    }

    private static bool IsMismatched(int seed, Func<CauseQueue> newQueue)
    {
        var program = new SimProgram(seed, manyFlows: true);
        SimWorld world = null!;
        world = new SimWorld(seed, (input, context) => program.Function(world.Stage)(input, context));
        world.Options = world.Options with { NewCauseQueue = newQueue };

        // Crashed after random completions: three of the commits, wherever they fall.
        var crashes = new Random(seed);
        world.FaultAt = _ => crashes.Next(8) == 0 && world.Kills < 3 ? CommitFault.KillAfter : CommitFault.None;
        var actors = new SimActors(world, $"order-{seed}") { CancelAfter = program.CancelAfter };
        world.OutsideChance = 0.05;
        world.Outside = _ => actors.Act();
        try
        {
            world.RunUntil(() => actors.IsOver, limit: 50_000);
        }
        catch (InvalidOperationException)
        {
            return true; // stuck: the record and the code no longer meet
        }

        var end = actors.Describe()!; // it is over
        return program.Objection(end, actors.HasCancelled) is not null;
    }

    /// <summary>What a thread pool does: whatever is known may come first.</summary>
    private sealed class ArbitraryOrder(Random random) : CauseQueue
    {
        public override void Add(Cause cause) => Enqueue(cause, random.Next());
    }

    /// <summary>What an engine does that returns the handle as soon as it has the id.</summary>
    private sealed class CallbacksAtOnce : CauseQueue
    {
        public override void Add(Cause cause) => Enqueue(cause, cause.IsEnd ? cause.Sequence : long.MinValue);
    }
}
