using Perdure.Operations.Batch;

namespace Perdure.Tests.Rules;

public class CompletionPolicyRules
{
    /// <summary>A thousand random batches against a model that is written the other way round: as sentences over the whole sequence.</summary>
    [Fact]
    public void The_policy_agrees_with_a_reference_model()
    {
        var random = new Random(3);
        for (var i = 0; i < 1000; i++)
        {
            var total = random.Next(1, 12);
            var outcomes = Enumerable.Range(0, total).Select(_ => random.Next(3) > 0).ToArray();
            var config = new CompletionConfig
            {
                MinSuccessful = random.Next(2) == 0 ? null : random.Next(1, total + 2),
                ToleratedFailureCount = random.Next(2) == 0 ? null : random.Next(0, total),
                ToleratedFailurePercentage = random.Next(2) == 0 ? null : random.NextDouble(),
            };
            Assert.Equal(CompletionModel.Of(config, total, outcomes), Run(config, outcomes));
        }
    }

    private static (CompletionReason Reason, int Ended) Run(CompletionConfig config, bool[] outcomes)
    {
        for (var ended = 1; ; ended++)
        {
            var succeeded = outcomes.Take(ended).Count(ok => ok);
            if (CompletionPolicy.Decide(config, new BatchProgress(outcomes.Length, succeeded, ended - succeeded)) is { } reason) return (reason, ended);
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(25)]
    [InlineData(double.NaN)]
    public void A_percentage_that_is_not_a_fraction_is_refused(double value) =>
        Assert.Contains("fraction from 0.0 to 1.0", Assert.Throws<ArgumentOutOfRangeException>(() => new CompletionConfig { ToleratedFailurePercentage = value }).Message);

    [Fact]
    public void Numbers_out_of_range_are_refused_where_they_are_set()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompletionConfig { MinSuccessful = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompletionConfig { ToleratedFailureCount = -1 });
        Assert.Contains("MaxConcurrency is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new ParallelConfig { MaxConcurrency = 0 }).Message);
        Assert.Contains("MaxConcurrency is -1", Assert.Throws<ArgumentOutOfRangeException>(() => new MapConfig<int> { MaxConcurrency = -1 }).Message);
    }
}

/// <summary>When a batch is over, and why: sentences over the sequence of its items' ends.</summary>
internal static class CompletionModel
{
    /// <param name="config">The rules; not one of the author's own.</param>
    /// <param name="total">How many items there are.</param>
    /// <param name="outcomes">Whether each item that ended did so well, in the order in which they ended.</param>
    public static (CompletionReason Reason, int Ended) Of(CompletionConfig config, int total, IReadOnlyList<bool> outcomes)
    {
        if (total == 0) return (CompletionReason.AllCompleted, 0);
        var isStrict = config is { MinSuccessful: null, ToleratedFailureCount: null, ToleratedFailurePercentage: null };
        var tolerated = isStrict ? 0 : Math.Min(
            config.ToleratedFailureCount ?? int.MaxValue,
            config.ToleratedFailurePercentage is { } share ? (int)Math.Floor((share * total) + 1e-12) : int.MaxValue);
        int failures = 0, successes = 0;
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i]) successes++;
            else failures++;
            if (failures > tolerated) return (CompletionReason.FailureToleranceExceeded, i + 1);
            if (i + 1 == total) return (CompletionReason.AllCompleted, total);
            if (config.MinSuccessful is { } enough && successes >= enough) return (CompletionReason.MinSuccessfulReached, i + 1);
        }

        throw new InvalidOperationException("A batch ends with its last item.");
    }
}
