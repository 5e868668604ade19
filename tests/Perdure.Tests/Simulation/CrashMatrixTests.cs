using System.Text.RegularExpressions;

namespace Perdure.Tests.Simulation;

/// <summary>Each verb's story, once per commit boundary, with the node killed before and after the commit: nothing observable may differ.</summary>
public class CrashMatrixTests
{
    public static MatrixTheoryData<string, bool> Stories => new([.. CrashStories.All.Keys, .. ShapeStories.All.Keys, .. StoppingStories.All.Keys], [false, true]);

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_kill_at_any_commit_changes_nothing_that_can_be_observed(string story, bool withPayloadStore) => SimWorld.OnOwnThread(() =>
    {
        var reference = CrashRun.Of(story, killAt: 0, CommitFault.None, withPayloadStore);
        Assert.Equal(CrashStories.Find(story).Status, reference.Status);
        Assert.True(reference.Commits >= 2, "a story has at least a start and an end");
        for (var commit = 1; commit <= reference.Commits; commit++)
        {
            foreach (var fault in new[] { CommitFault.KillBefore, CommitFault.KillAfter, CommitFault.FailBefore, CommitFault.LoseReply })
            {
                var run = CrashRun.Of(story, commit, fault, withPayloadStore);
                var where = $"{story}, {fault} {commit} of {reference.Commits}{(withPayloadStore ? " with a payload store" : "")}";
                Assert.True(reference.Result == run.Result, $"{where}: result {run.Result}, expected {reference.Result}");
                Assert.True(reference.Operations == run.Operations, $"{where}: operations\n{run.Operations}\nexpected\n{reference.Operations}");
                Assert.True(reference.Events == run.Events, $"{where}: events\n{run.Events}\nexpected\n{reference.Events}");
                run.RequireEffects(where);
            }
        }
    });

    /// <summary>Here the record differs by design: what may not is how often a body begins.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_body_is_never_interrupted_more_often_than_it_may_be(int limit) => SimWorld.OnOwnThread(() =>
    {
        var story = limit == 0 ? ShapeStories.NeverInterrupted : ShapeStories.OnceInterrupted;
        var reference = CrashRun.Of(story, killAt: 0, CommitFault.None);
        Assert.Equal("\"abc\"", reference.Result);
        for (var commit = 1; commit <= reference.Commits; commit++)
        {
            foreach (var fault in new[] { CommitFault.KillBefore, CommitFault.KillAfter, CommitFault.FailBefore, CommitFault.LoseReply })
            {
                var run = CrashRun.Of(story, commit, fault);
                run.RequireEffects($"{fault} {commit}");
                Assert.True(run.Effects.Where(effect => effect.Operation != "b").GroupBy(effect => effect.Operation).All(runs => runs.Count() <= 1 + limit), $"{fault} {commit}: {string.Join(" ", run.Effects)}");
                if (limit > 0) Assert.Equal(reference.Result, run.Result);
                else Assert.Matches("^\"[a-]b[c-]\"$", run.Result);
            }
        }
    });

    /// <summary>Here the record may differ, by the attempt that was interrupted; what may not is how often a body ran.</summary>
    [Fact]
    public void An_at_most_once_body_never_runs_twice_in_one_attempt_wherever_the_kill_falls() => SimWorld.OnOwnThread(() =>
    {
        var reference = CrashRun.Of(CrashStories.AtMostOnce, killAt: 0, CommitFault.None);
        for (var commit = 1; commit <= reference.Commits; commit++)
        {
            foreach (var fault in new[] { CommitFault.KillBefore, CommitFault.KillAfter, CommitFault.LoseReply })
            {
                var run = CrashRun.Of(CrashStories.AtMostOnce, commit, fault);
                Assert.Equal(reference.Result, run.Result);
                run.RequireEffects($"{fault} {commit}");
            }
        }
    });

    [Fact]
    public void An_interrupted_at_most_once_step_without_retry_tells_the_function_that_the_outcome_is_unknown() => SimWorld.OnOwnThread(() =>
    {
        // Commit 1 starts, 2 is the durable START, 3 would have been the outcome.
        var run = CrashRun.Of(CrashStories.AtMostOnceWithoutRetry, killAt: 3, CommitFault.KillBefore);
        Assert.Equal("\"unknown\"", run.Result);
        Assert.Single(run.Effects);
    });
}

/// <summary>What can be observed of one run.</summary>
internal sealed partial record CrashRun(
    ExecutionStatus Status, string? Result, string Operations, string Events, int Commits, int Kills, IReadOnlyList<SimEffect> Effects)
{
    public static CrashRun Of(string story, int killAt, CommitFault fault, bool withPayloadStore = false)
    {
        SimWorld world = null!;
        var told = CrashStories.Find(story);
        world = new SimWorld(seed: 7, (_, context) => told.RunAsync(context, world));
        if (withPayloadStore) world.Payloads = new SimPayloads();
        world.FaultAt = commit => commit == killAt ? fault : CommitFault.None;
        var actors = new SimActors(world, "story") { CancelWhen = told.CancelWhen };
        world.Outside = _ => actors.Act();
        world.RunUntil(() => actors.IsOver);

        if (world.Payloads is { } payloads) Assert.NotEqual(0, payloads.Count);

        var end = actors.Describe()!; // it is over
        var operations = SimWorld.Sync(world.Client.GetOperationsAsync(end.Arn));
        var events = SimWorld.Sync(world.Client.GetHistoryAsync(end.Arn));
        SagaInvariant.Require(operations, world.Stage.Ledger, end.Arn, $"{story}, {fault} {killAt}");
        return new CrashRun(
            end.Status, end.Result ?? $"{end.Error?.ErrorType}: {end.Error?.ErrorMessage}",
            Join(operations.Skip(1).Select(Show), told.SideBySide),
            Join(events.Where(e => e.InvocationCompletedDetails is null).Skip(1).Select(Show), told.SideBySide),
            world.Commits, world.Kills, world.Effects);
    }

    private static string Join(IEnumerable<string> lines, bool sorted) => string.Join("\n", sorted ? lines.Order(StringComparer.Ordinal) : lines);

    // Order of start may differ when several flows are open; identity, kind, outcome and value may not.
    private static string Show(Operation operation) =>
        $"{operation.Id[..8]} {operation.Type} {operation.SubType} {operation.Name} {operation.Status} " +
        $"{operation.StepDetails?.Result ?? operation.ContextDetails?.Result ?? operation.CallbackDetails?.Result} attempt {operation.StepDetails?.Attempt}";

    private static string Show(HistoryEvent e) => Seal().Replace(
        $"{e.EventType} {e.Id?[..8]} {e.Name} {e.ParentId?[..8]} {e.StepSucceededDetails} {e.StepFailedDetails?.RetryDetails} {e.ContextSucceededDetails} " +
        $"{e.StepFailedDetails?.Error.Payload?.ErrorType} {e.ContextFailedDetails?.Error.Payload?.ErrorMessage} {e.CallbackSucceededDetails} {e.CallbackFailedDetails?.Error.Payload?.ErrorType} {e.CallbackTimedOutDetails?.Error.Payload?.ErrorType} {e.WaitSucceededDetails}",
        "");

    /// <summary>References are good for one execution: a start that was repeated has another id.</summary>
    [GeneratedRegex("\"seal\":\"[0-9a-f]+\"")]
    private static partial Regex Seal();

    public void RequireEffects(string where)
    {
        foreach (var runs in Effects.GroupBy(effect => (effect.Operation, effect.Attempt)))
        {
            var allowed = runs.First().AtMostOnce ? 1 : 1 + Kills;
            Assert.True(runs.Count() <= allowed, $"{where}: {runs.Key} ran {runs.Count()} times, at most {allowed} are allowed");
        }
    }
}
