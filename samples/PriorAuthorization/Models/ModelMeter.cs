namespace PriorAuthorization;

/// <summary>One line about a call of a model: noted before it is made, and again when it is over. Counts, never content.</summary>
/// <param name="Key">Unique to the line; the caller gives it.</param>
/// <param name="CaseId">For whom.</param>
/// <param name="Agent">By whom.</param>
/// <param name="StepKey">The idempotency key of the step that makes it: the same when the step runs again.</param>
/// <param name="Phase">What is noted.</param>
/// <param name="Tokens">Of an answer: in and out.</param>
internal sealed record ModelCall(string Key, string CaseId, string Agent, string StepKey, CallPhase Phase, long Tokens) : IKeyed;

internal enum CallPhase
{
    Begun,
    Answered,
    Failed,
}

/// <param name="Calls">Calls that were made.</param>
/// <param name="Tokens">Of the answers that came.</param>
/// <param name="Repeated">Calls made again because the process ended between the call and its record.</param>
internal sealed record ModelUsage(int Calls, long Tokens, int Repeated);

/// <summary>What the models cost, per case. It outlives the process, so that calls which a crash repeats are counted too.</summary>
internal sealed class ModelMeter(DataFolder folder)
{
    private readonly Lock _gate = new();
    private readonly KeyedLog<ModelCall> _log = new(folder.File("model-calls.jsonl"));

    public async Task<T> MeasureAsync<T>(string caseId, string agent, string stepKey, Func<Task<T>> call, Func<T, long> tokensOf)
    {
        // Before the call: of a call whose process is killed, this line is all that is left.
        Note(CallPhase.Begun, 0);
        try
        {
            var answer = await call();
            Note(CallPhase.Answered, tokensOf(answer));
            return answer;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Note(CallPhase.Failed, 0);
            throw;
        }

        void Note(CallPhase phase, long tokens)
        {
            lock (_gate)
            {
                var key = (_log.Count + 1).ToString();
                _log.Add(key, _ => new ModelCall(key, caseId, agent, stepKey, phase, tokens));
            }
        }
    }

    public ModelUsage Usage(string? caseId = null)
    {
        var calls = _log.Entries.Where(call => caseId is null || call.CaseId == caseId).ToList();
        return new ModelUsage(
            calls.Count(static call => call.Phase == CallPhase.Begun),
            calls.Sum(static call => call.Tokens),
            calls.GroupBy(static call => call.StepKey).Sum(Repetitions));
    }

    /// <summary>A step that succeeded needs one answer; what begins after that, or after a call of which nothing more was heard, a crash has repeated.</summary>
    private static int Repetitions(IEnumerable<ModelCall> callsOfStep)
    {
        var (repeated, isOpen) = (0, false);
        foreach (var call in callsOfStep)
        {
            if (call.Phase == CallPhase.Begun && isOpen) repeated++;
            isOpen = call.Phase != CallPhase.Failed;
        }

        return repeated;
    }
}
