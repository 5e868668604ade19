using System.Diagnostics;

namespace Perdure.Testing;

/// <summary>Runs a function once per commit and crash point, and compares each run with undisturbed ones.</summary>
/// <param name="options">What is tried.</param>
/// <param name="observeAsync">Makes one run, with a fault or without.</param>
internal sealed class CrashSafetyProof(CrashSafetyOptions options, Func<CommitFault?, Task<ObservedRun>> observeAsync)
{
    /// <exception cref="ArgumentException">There is nothing to try.</exception>
    /// <exception cref="CrashSafetyException">A crash changed something.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Points.Count == 0) throw new ArgumentException("CrashSafetyOptions.Points is empty: nothing would be tried.");
        var undisturbed = new UndisturbedRuns(await UndisturbedAsync().ConfigureAwait(false), await UndisturbedAsync().ConfigureAwait(false));
        if (undisturbed.Difference() is { } unstable)
        {
            throw new CrashSafetyException(
                $"The function takes another way each time it runs, even undisturbed: {unstable}. Nothing can be compared; let its operations depend on its input alone.", 0, null);
        }

        // How many commits a run makes may differ where branches run side by side: it is over when a commit is not reached.
        for (var commit = 1; ; commit++)
        {
            if (commit > options.MaxCommits)
                throw new CrashSafetyException($"The function makes more than {options.MaxCommits} commits. Test a shorter input, or raise CrashSafetyOptions.MaxCommits.", commit, null);
            var reached = false;
            foreach (var point in options.Points)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Killed before its start was durable, an execution never was.
                reached |= (commit == 1 && point == CrashPoint.KillBefore) || await TryAsync(undisturbed, commit, point).ConfigureAwait(false);
            }

            if (!reached) return;
        }
    }

    private async Task<ObservedRun> UndisturbedAsync()
    {
        try
        {
            return await observeAsync(null).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new CrashSafetyException($"The undisturbed run did not come to its end: {error.Message}", 0, null, error);
        }
    }

    /// <returns>False when the run was over before that commit.</returns>
    private async Task<bool> TryAsync(UndisturbedRuns undisturbed, int commit, CrashPoint point)
    {
        ObservedRun run;
        try
        {
            run = await observeAsync(new CommitFault(FaultOf(point), commit, null)).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new CrashSafetyException($"Not crash-safe: {point} at commit {commit}. The run did not come to its end: {error.Message}", commit, point, error);
        }

        if (run.FaultAt is null) return false;
        if (undisturbed.DifferenceOf(run, options.MayGiveUp) is not { } difference) return true;
        throw new CrashSafetyException($"Not crash-safe: {point} at {run.FaultAt}. {difference}", commit, point);
    }

    private static CommitFaultKind FaultOf(CrashPoint point) => point switch
    {
        CrashPoint.KillBefore => CommitFaultKind.CrashBefore,
        CrashPoint.KillAfter => CommitFaultKind.CrashAfter,
        CrashPoint.Fail => CommitFaultKind.Fail,
        CrashPoint.LoseReply => CommitFaultKind.LoseReply,
        _ => throw new UnreachableException($"Unknown crash point {point}."),
    };
}
