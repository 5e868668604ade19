using System.Collections.Concurrent;
using Perdure.Conformance.Handlers;
using Perdure.Conformance.Requirements;
using Perdure.Conformance.Service;

namespace Perdure.Conformance.Running;

/// <summary>Runs many requirements, some at a time. Each is reported when it is over; the verdicts are in the order of the requirements.</summary>
internal static class SuiteRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        IServiceUnderTest service, FunctionCatalogue functions, RunLog log, IReadOnlyList<Requirement> requirements, int parallel, Action<Verdict> report)
    {
        var verdicts = new ConcurrentDictionary<string, Verdict>();
        await Parallel.ForEachAsync(requirements, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (requirement, _) =>
        {
            var began = TimeProvider.System.GetTimestamp();
            var problem = functions.Has(requirement.Id)
                ? await RunAsync(new RequirementRun(service, log, requirement))
                : new Problem("no function is written for it");
            var verdict = new Verdict(requirement, problem) { Duration = TimeProvider.System.GetElapsedTime(began) };
            verdicts[requirement.Id] = verdict;
            report(verdict);
        });
        return [.. requirements.Select(requirement => verdicts[requirement.Id])];
    }

    private static async Task<Problem?> RunAsync(RequirementRun run)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            return await run.RunAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Problem($"not over after {Limit.TotalMinutes} minutes");
        }
        catch (Exception error)
        {
            return new Problem($"{error.GetType().Name}: {error.Message}");
        }
    }
}
