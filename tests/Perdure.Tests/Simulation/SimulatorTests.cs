namespace Perdure.Tests.Simulation;

public class SimulatorTests
{
    [Theory]
    [InlineData(0, 200)]
    public void Random_functions_reach_their_result_whatever_fails(int first, int count) => SimRun.Range(first, count);

    [Fact]
    public void A_seed_runs_the_same_way_twice() => SimWorld.OnOwnThread(() =>
    {
        for (var seed = 0; seed < 20; seed++) Assert.Equal(History(seed), History(seed));

        static string History(int seed)
        {
            var world = SimRun.Run(seed);
            var arn = SimWorld.Sync(world.Client.ListAsync())[0].Arn;
            return string.Join("\n", SimWorld.Sync(world.Client.GetHistoryAsync(arn)).Select(e => $"{e.EventId} {e.EventTimestamp:O} {e.EventType} {e.Id} {e.Name}"));
        }
    });

    [Fact]
    public void Control_a_store_that_loses_acknowledged_commits_is_found_out() => SimWorld.OnOwnThread(() =>
    {
        var found = Enumerable.Range(0, 60).Count(seed => Record.Exception(() => SimRun.Run(seed, CommitFault.Lie)) is not null);
        Assert.InRange(found, 3, 60);
    });

    /// <summary>More seeds on demand: PERDURE_SEEDS=first,count.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void Seeds_that_are_asked_for_reach_their_result()
    {
        if (Environment.GetEnvironmentVariable("PERDURE_SEEDS")?.Split(',') is not [var first, var count]) return;
        SimRun.Range(int.Parse(first), int.Parse(count));
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(200, 1600)]
    [InlineData(1800, 1600)]
    [InlineData(3400, 1600)]
    public void Five_thousand_random_functions_reach_their_result_whatever_fails(int first, int count) => SimRun.Range(first, count);
}

/// <summary>One seed: a random function under crashes, store faults and clock jumps.</summary>
internal static class SimRun
{
    /// <summary>Seeds depend on nothing but themselves, so each core takes its share.</summary>
    public static void Range(int first, int count)
    {
        var tried = default(SimTried);
        var failures = new List<string>();
        var gate = new Lock();
        var next = first;
        Task[] shares = [.. Enumerable.Range(0, Math.Min(4, Environment.ProcessorCount)).Select(_ => Task.Run(() => SimWorld.OnOwnThread(() =>
        {
            for (var seed = Interlocked.Increment(ref next) - 1; seed < first + count; seed = Interlocked.Increment(ref next) - 1) RunOne(seed);
        })))];
        Task.WhenAll(shares).GetAwaiter().GetResult();
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} seeds failed:\n{string.Join("\n", failures.Take(20))}");
        Assert.True(tried.IsEnoughFor(count), $"only {tried} in {count} seeds: nothing was tried");

        void RunOne(int seed)
        {
            try
            {
                var run = SimTried.Of(Run(seed));
                lock (gate) tried += run;
            }
            catch (Exception error)
            {
                lock (gate) failures.Add($"seed {seed}: {error}");
            }
        }
    }

    public static SimWorld Run(int seed, CommitFault worst = CommitFault.LoseReply)
    {
        var program = new SimProgram(seed);
        SimWorld world = null!;
        world = new SimWorld(seed, (input, context) => program.Function(world.Stage)(input, context));
        var chaos = new Random(seed);
        world.KillChance = seed % 5 == 0 ? 0 : 0.01;
        world.OutsideChance = 0.02;
        world.SignalChance = seed % 4 == 0 ? 0.01 : 0;
        world.JumpChance = seed % 3 == 0 ? 0.003 : 0;
        world.FaultAt = _ => chaos.Next(40) switch { 0 => CommitFault.FailBefore, 1 => worst, _ => CommitFault.None };
        var actors = new SimActors(world, $"run-{seed}") { CancelAfter = program.CancelAfter, PauseAfter = program.PauseAfter };
        world.Outside = _ => actors.Act();

        world.RunUntil(() => actors.IsOver, limit: 100_000);
        Check(world, actors, program);
        return world;
    }

    private static void Check(SimWorld world, SimActors actors, SimProgram program)
    {
        var end = actors.Describe()!; // it is over
        var objection = program.Objection(end, actors.HasCancelled);
        Assert.True(objection is null, objection);
        SagaInvariant.Require(SimWorld.Sync(world.Client.GetOperationsAsync(end.Arn)), world.Stage.Ledger, end.Arn, "");

        var history = SimWorld.Sync(world.Client.GetHistoryAsync(end.Arn));
        Assert.Equal(Enumerable.Range(1, history.Count).Select(i => (long)i), history.Select(e => e.EventId));
        var histories = SimWorld.Sync(world.Client.ListAsync()).SelectMany(execution => SimWorld.Sync(world.Client.GetHistoryAsync(execution.Arn)));
        var interruptions = world.Kills + (actors.HasPaused ? 1 : 0) + histories.Count(e => e.InvocationCompletedDetails?.Error is not null);
        var calls = SimWorld.Sync(world.Client.ListAsync(new ExecutionFilter { Function = "echo" }));
        Assert.True(calls.Count == history.Count(e => e.ChainedInvokeStartedDetails is not null), "a call starts exactly one execution");
        foreach (var runs in world.Effects.GroupBy(effect => (effect.Operation, effect.Attempt)))
        {
            if (runs.First().AtMostOnce) Assert.True(runs.Count() == 1, $"{runs.Key} ran {runs.Count()} times, at most once was promised");
            else Assert.True(runs.Count() <= 1 + interruptions, $"{runs.Key} ran {runs.Count()} times with {interruptions} interruptions");
        }
    }
}

/// <summary>What went on in simulated runs: a run in which nothing happens shows nothing.</summary>
internal readonly record struct SimTried(int Kills, int Commits, int Stopped, int Late, int Undone, int Timeouts)
{
    public static SimTried Of(SimWorld world)
    {
        var arn = SimWorld.Sync(world.Client.ListAsync(new ExecutionFilter { Function = "sim" }))[0].Arn;
        var operations = SimWorld.Sync(world.Client.GetOperationsAsync(arn));
        return new SimTried(
            world.Kills,
            world.Commits,
            SimWorld.Sync(world.Client.GetAsync(arn))!.Status == ExecutionStatus.Stopped ? 1 : 0,
            operations.Count(operation => operation.SubType == OperationSubTypes.Deadline && operation.Status == OperationStatus.Failed),
            operations.Count(operation => operation.SubType == OperationSubTypes.Compensation),
            SimWorld.Sync(world.Client.GetHistoryAsync(arn)).Count(e => e.StepFailedDetails?.Error.Payload?.ErrorType == typeof(StepTimeoutException).FullName));
    }

    public static SimTried operator +(SimTried a, SimTried b) =>
        new(a.Kills + b.Kills, a.Commits + b.Commits, a.Stopped + b.Stopped, a.Late + b.Late, a.Undone + b.Undone, a.Timeouts + b.Timeouts);

    public bool IsEnoughFor(int seeds) => Kills > seeds / 2 && Commits > seeds * 10
        && Stopped >= seeds / 25 && Late >= seeds / 25 && Undone >= seeds / 5 && Timeouts >= seeds / 25;
}
