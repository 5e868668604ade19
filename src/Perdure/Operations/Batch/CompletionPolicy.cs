namespace Perdure.Operations.Batch;

/// <summary>Decides after each item whether the batch is over. Pure: replay comes to the same answer.</summary>
internal static class CompletionPolicy
{
    /// <returns>Why it is over; null to go on. Precedence: too many failures, all completed, enough successes.</returns>
    public static CompletionReason? Decide(CompletionConfig config, BatchProgress progress)
    {
        if (config.Rule is { } rule)
        {
            return rule(progress) switch
            {
                BatchDecision.Succeed => CompletionReason.CustomCompletionSucceeded,
                BatchDecision.Fail => CompletionReason.CustomCompletionFailed,
                _ => progress.CompletedCount == progress.TotalCount ? CompletionReason.AllCompleted : null,
            };
        }

        if (ExceedsTolerance(config, progress)) return CompletionReason.FailureToleranceExceeded;
        if (progress.CompletedCount == progress.TotalCount) return CompletionReason.AllCompleted;
        return progress.SuccessCount >= config.MinSuccessful ? CompletionReason.MinSuccessfulReached : null;
    }

    private static bool ExceedsTolerance(CompletionConfig config, BatchProgress progress)
    {
        if (config is { ToleratedFailureCount: null, ToleratedFailurePercentage: null, MinSuccessful: null }) return progress.FailureCount > 0;
        return progress.FailureCount > config.ToleratedFailureCount
            || (progress.TotalCount > 0 && (double)progress.FailureCount / progress.TotalCount > config.ToleratedFailurePercentage);
    }
}
