using System.Text.Json;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;
using Perdure.Conformance.Service;

namespace Perdure.Conformance.Running;

/// <summary>Runs one requirement against the service: start, outside world, history, end, log.</summary>
internal sealed class RequirementRun(IServiceUnderTest service, RunLog log, Requirement requirement)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NoProgressLimit = TimeSpan.FromSeconds(30);

    private static readonly HashSet<string> LastEvents = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionStopped"];

    private readonly Bindings _variables = Bindings.OfVariables(requirement.Variables);

    public async Task<Problem?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var input = SpacedJson.Write(_variables.Substitute(requirement.Input));
            if (!requirement.IsAsync) return await CheckAsync(await service.InvokeAsync(requirement.Id, input, cancellationToken), cancellationToken);
            var arn = await service.StartAsync(requirement.Id, input, cancellationToken);
            return requirement.End is null
                ? await WatchHistoryAsync(arn, cancellationToken)
                : await DriveToEndAsync(arn, cancellationToken) ?? await CheckAsync(arn, cancellationToken);
        }
        catch (RequirementFailedException failed)
        {
            return failed.Problem;
        }
    }

    /// <summary>Plays the outside world until the execution is over.</summary>
    private async Task<Problem?> DriveToEndAsync(string arn, CancellationToken cancellationToken)
    {
        var callbacks = new CallbackDriver(service, requirement.Callbacks, _variables);
        return await PollAsync(
            arn,
            async history =>
            {
                if (history.Count > 0 && LastEvents.Contains(history[^1].GetProperty("EventType").GetString() ?? "")) return true;
                await callbacks.ActAsync(history, cancellationToken);
                return false;
            },
            cancellationToken);
    }

    /// <summary>Only the history counts: it is enough that the expected events are there. The execution is not waited for.</summary>
    private async Task<Problem?> WatchHistoryAsync(string arn, CancellationToken cancellationToken)
    {
        Mismatch? last = null;
        var problem = await PollAsync(
            arn,
            history =>
            {
                last = HistoryMatcher.Match(requirement.Events, history, new Bindings(_variables));
                return Task.FromResult(last is null);
            },
            cancellationToken);
        await service.StopAsync(arn, cancellationToken);
        return problem is null ? null : problem with { Message = last?.Reason ?? problem.Message, Mismatch = last };
    }

    private async Task<Problem?> PollAsync(string arn, Func<IReadOnlyList<JsonElement>, Task<bool>> isDone, CancellationToken cancellationToken)
    {
        var (known, progressAt) = (0, TimeProvider.System.GetTimestamp());
        while (true)
        {
            var history = await service.GetHistoryAsync(arn, cancellationToken);
            if (await isDone(history)) return null;
            if (history.Count > known) (known, progressAt) = (history.Count, TimeProvider.System.GetTimestamp());
            else if (TimeProvider.System.GetElapsedTime(progressAt) > NoProgressLimit) return new Problem($"no new event for {NoProgressLimit.TotalSeconds} s") { History = history };
            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<Problem?> CheckAsync(string arn, CancellationToken cancellationToken)
    {
        var history = await service.GetHistoryAsync(arn, cancellationToken);
        var bindings = new Bindings(_variables);
        if (HistoryMatcher.Match(requirement.Events, history, bindings) is { } mismatch) return new Problem(mismatch.Reason) { Mismatch = mismatch, History = history };
        if (requirement.End is { } end && CheckEnd(end, await service.GetEndAsync(arn, cancellationToken), bindings) is { } wrongEnd) return new Problem(wrongEnd) { History = history };
        var logs = log.Of(arn);
        return LogMatcher.Match(requirement.Logs, logs, bindings) is { } wrongLog ? new Problem(wrongLog) { History = history, Logs = logs } : null;
    }

    private static string? CheckEnd(ExpectedEnd expected, ExecutionEnd actual, Bindings bindings)
    {
        if (actual.Status != expected.Status) return $"the execution ended {actual.Status} instead of {expected.Status}";
        if (actual.Status != "SUCCEEDED" || expected.Result is not { } result) return null;
        using var document = JsonDocument.Parse(actual.Result ?? "null");
        var wanted = bindings.Substitute(result);
        return ValueMatcher.IsSame(wanted, document.RootElement) ? null : $"the result is {actual.Result ?? "absent"} instead of {wanted.GetRawText()}";
    }
}
