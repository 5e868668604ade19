using System.Globalization;
using Perdure.Tests.Rules;

namespace Perdure.Tests.Simulation;

/// <summary>Random maps and parallels under crashes: each is over when and as the reference model says, live and in every replay.</summary>
/// <remarks>
/// The model is asked about the recorded order of the items' ends, which is all that a batch may depend on. What the function made of a batch becomes
/// the name of its next step, so that a replay that sees another outcome is refused.
/// </remarks>
public class BatchModelTests
{
    [Theory]
    [InlineData(0, 40)]
    public void Batches_are_over_when_the_model_says_so(int first, int executions) => Run(first, executions);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(40, 160)]
    public void A_thousand_batches_are_over_when_the_model_says_so(int first, int executions) => Run(first, executions);

    private static void Run(int first, int executions) => SimWorld.OnOwnThread(() =>
    {
        var reasons = new HashSet<CompletionReason>();
        var kills = 0;
        for (var seed = first; seed < first + executions; seed++)
        {
            var random = new Random(seed);
            BatchCase[] cases = [.. Enumerable.Range(0, 5).Select(i => BatchCase.Random(random, i))];
            var world = new SimWorld(seed, async (_, context) =>
            {
                foreach (var batch in cases)
                {
                    await context.StepAsync((_, _) => Task.FromResult(0), await batch.RunAsync(context));
                    await context.WaitAsync(TimeSpan.FromSeconds(1));
                }

                return "";
            });
            var chaos = new Random(seed);
            world.KillChance = seed % 4 == 0 ? 0 : 0.01;
            world.JumpChance = 0.003;
            world.FaultAt = _ => chaos.Next(40) switch { 0 => CommitFault.FailBefore, 1 => CommitFault.LoseReply, _ => CommitFault.None };
            var actors = new SimActors(world, $"batches-{seed}");
            world.Outside = _ => actors.Act();
            world.RunUntil(() => actors.IsOver);

            var end = actors.Describe()!; // it is over
            Assert.True(end.Status == ExecutionStatus.Succeeded, $"seed {seed} ended {end.Status}: {end.Error?.ErrorMessage}");
            var operations = SimWorld.Sync(world.Client.GetOperationsAsync(end.Arn));
            foreach (var batch in cases)
            {
                var seen = operations.Single(operation => operation.Name?.StartsWith($"{batch.Name}:", StringComparison.Ordinal) == true).Name;
                var (expected, reason) = batch.Expect(operations);
                Assert.True(expected == seen, $"seed {seed}, {batch}: {seen}, expected {expected}");
                reasons.Add(reason);
            }

            kills += world.Kills;
        }

        Assert.Equal(Enum.GetValues<CompletionReason>(), reasons.Order());
        Assert.True(kills > executions / 2, $"only {kills} kills");
    });
}

internal enum BatchShape
{
    Map,
    Parallel,
    Builder,
}

/// <summary>One random batch.</summary>
/// <param name="Delays">Seconds that each item takes.</param>
/// <param name="Succeeds">Whether each item succeeds.</param>
/// <param name="Padding">Makes the whole too large to record, so that replay rebuilds it.</param>
internal sealed record BatchCase(
    string Name, BatchShape Shape, int[] Delays, bool[] Succeeds, CompletionConfig Completion, (int Enough, int TooMany)? Rule, int? MaxConcurrency, bool Flat, int Padding)
{
    public static BatchCase Random(Random random, int number)
    {
        var total = random.Next(0, 9);
        (int, int)? rule = random.Next(4) == 0 ? (random.Next(1, total + 2), random.Next(1, total + 2)) : null;
        return new BatchCase(
            $"batch{number}",
            (BatchShape)random.Next(3),
            [.. Enumerable.Range(0, total).Select(_ => random.Next(3) == 0 ? 0 : random.Next(1, 20))],
            [.. Enumerable.Range(0, total).Select(_ => random.Next(3) > 0)],
            rule is var (enough, tooMany)
                ? CompletionConfig.When(progress => progress.SuccessCount >= enough ? BatchDecision.Succeed : progress.FailureCount >= tooMany ? BatchDecision.Fail : BatchDecision.Continue)
                : random.Next(5) switch
                {
                    0 => CompletionConfig.AllSuccessful(),
                    1 => CompletionConfig.AllCompleted(),
                    2 => CompletionConfig.FirstSuccessful(),
                    _ => new CompletionConfig
                    {
                        MinSuccessful = random.Next(2) == 0 ? null : random.Next(1, total + 2),
                        ToleratedFailureCount = random.Next(2) == 0 ? null : random.Next(0, total + 1),
                        ToleratedFailurePercentage = random.Next(2) == 0 ? null : random.NextDouble(),
                    },
                },
            rule,
            random.Next(2) == 0 ? null : random.Next(1, 4),
            random.Next(3) == 0,
            random.Next(6) == 0 ? 140_000 : 0);
    }

    public async Task<string> RunAsync(IDurableContext context)
    {
        var nesting = Flat ? NestingType.Flat : NestingType.Nested;
        switch (Shape)
        {
            case BatchShape.Map:
                return Describe(await context.MapAsync<int, string>(
                    [.. Enumerable.Range(0, Delays.Length)], (item, i, _, _, _) => ItemAsync(item, i), Name,
                    new MapConfig<int> { CompletionConfig = Completion, MaxConcurrency = MaxConcurrency, NestingType = nesting }));
            case BatchShape.Parallel:
                return Describe(await context.ParallelAsync<string>(
                    [.. Enumerable.Range(0, Delays.Length).Select(i => new DurableBranch<string>($"branch{i}", (branch, _) => ItemAsync(branch, i)))], Name,
                    new ParallelConfig { CompletionConfig = Completion, MaxConcurrency = MaxConcurrency, NestingType = nesting }));
            default:
                await using (var parallel = context.CreateParallel(
                    Name, new ParallelConfig { CompletionConfig = Completion, MaxConcurrency = MaxConcurrency, NestingType = nesting }))
                {
                    var branches = Enumerable.Range(0, Delays.Length).Select(i => parallel.BranchAsync($"branch{i}", (branch, _) => ItemAsync(branch, i))).ToArray();
                    var counts = await parallel.CompleteAsync();
                    var ends = new List<char>();
                    for (var i = 0; i < branches.Length; i++) ends.Add(await EndOf(branches[i], i));
                    return Describe(counts, ends);
                }
        }
    }

    private async Task<string> ItemAsync(IDurableContext context, int i)
    {
        if (Delays[i] > 0) await context.WaitAsync(TimeSpan.FromSeconds(Delays[i]));
        await context.StepAsync((_, _) => Task.FromResult(0), LastStep(i));
        return Succeeds[i] ? Value(i) : throw new TimeoutException($"item {i}");
    }

    private string LastStep(int i) => $"{Name}-item{i}";

    private string Value(int i) => i.ToString(CultureInfo.InvariantCulture) + new string('x', Padding);

    private string Describe(IBatchResult<string> result) => Describe(result, [.. Enumerable.Range(0, Delays.Length).Select(i => EndOf(result, i))]);

    private char EndOf(IBatchResult<string> result, int i) => result.All.ElementAtOrDefault(i) switch
    {
        { Status: BatchItemStatus.Succeeded } item when item.Result == Value(i) => 'S',
        { Status: BatchItemStatus.Failed } item when item.Error!.Message == $"item {i}" => 'F',
        { Status: BatchItemStatus.Started } or null => '-',
        _ => '?',
    };

    private async Task<char> EndOf(IParallelBranch<string> branch, int i)
    {
        try
        {
            return await branch == Value(i) ? 'S' : '?';
        }
        catch (ChildContextException error)
        {
            return error.Message == $"item {i}" ? 'F' : '-';
        }
    }

    private string Describe(IBatchResult counts, IEnumerable<char> ends) =>
        Describe(counts.CompletionReason, counts.TotalCount, counts.SuccessCount, counts.FailureCount, counts.StartedCount, ends);

    private string Describe(CompletionReason reason, int started, int succeeded, int failed, int open, IEnumerable<char> ends) =>
        $"{Name}: {reason} {started}={succeeded}+{failed}+{open} {string.Concat(ends)}";

    /// <summary>What the model makes of the record.</summary>
    public (string Text, CompletionReason Reason) Expect(IReadOnlyList<Operation> operations)
    {
        var total = Delays.Length;
        var batch = operations.Single(operation => operation.Name == Name);
        var steps = operations.Where(operation => operation.Name?.StartsWith($"{Name}-item", StringComparison.Ordinal) == true).ToDictionary(operation => operation.Name!);
        var ends = new List<(long At, int Item)>();
        var items = operations.Where(operation => operation.ParentId == batch.Id).ToDictionary(operation => operation.Id);
        for (var i = 0; i < total; i++)
        {
            if (!steps.TryGetValue(LastStep(i), out var step)) continue;
            var end = Flat ? step : items[step.ParentId!];
            if (end.Sequence!.Ended is { } at) ends.Add((at, i));
        }

        int[] order = [.. ends.OrderBy(end => end.At).Select(end => end.Item)];
        bool[] outcomes = [.. order.Select(item => Succeeds[item])];
        var (reason, ended) = Rule is var (enough, tooMany) ? OwnRule(outcomes, total, enough, tooMany) : CompletionModel.Of(Completion, total, outcomes);

        // One takes its place for each that ended, but for the one that ended the whole.
        var started = Math.Min(total, Math.Min(total, MaxConcurrency ?? total) + Math.Max(0, ended - 1));
        var counted = order.Take(ended).ToList();
        Assert.All(counted.Index(), end => Assert.True(end.Item < Math.Min(total, (MaxConcurrency ?? total) + end.Index), $"item {end.Item} ended before it could start"));
        var succeeded = counted.Count(item => Succeeds[item]);
        var text = Describe(
            reason, started, succeeded, ended - succeeded, started - ended, Enumerable.Range(0, total).Select(i => !counted.Contains(i) ? '-' : Succeeds[i] ? 'S' : 'F'));
        return (text, reason);
    }

    private static (CompletionReason Reason, int Ended) OwnRule(bool[] outcomes, int total, int enough, int tooMany)
    {
        for (var ended = 1; ended <= outcomes.Length; ended++)
        {
            var succeeded = outcomes.Take(ended).Count(ok => ok);
            if (succeeded >= enough) return (CompletionReason.CustomCompletionSucceeded, ended);
            if (ended - succeeded >= tooMany) return (CompletionReason.CustomCompletionFailed, ended);
        }

        return outcomes.Length == total ? (CompletionReason.AllCompleted, total) : throw new InvalidOperationException("A batch ends with its last item.");
    }
}
