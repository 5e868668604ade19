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
internal sealed record ModelUsage(int Calls, long Tokens, int Repeated)
{
    public static ModelUsage None { get; } = new(0, 0, 0);

    public static ModelUsage operator +(ModelUsage one, ModelUsage other) =>
        new(one.Calls + other.Calls, one.Tokens + other.Tokens, one.Repeated + other.Repeated);
}

/// <summary>What the models cost, per case. It outlives the process, so that calls which a crash repeats are counted too.</summary>
internal sealed class ModelMeter
{
    private readonly Lock _gate = new();
    private readonly KeyedLog<ModelCall> _log;
    private readonly Dictionary<string, ModelUsage> _usageByCase = [];
    private readonly HashSet<string> _begunSteps = [];
    private ModelUsage _usage = ModelUsage.None;

    public ModelMeter(DataFolder folder)
    {
        _log = new KeyedLog<ModelCall>(folder.File("model-calls.jsonl"));
        foreach (var call in _log.Entries) Count(call);
    }

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
            lock (_gate) Count(_log.Append(key => new ModelCall(key, caseId, agent, stepKey, phase, tokens)));
        }
    }

    public ModelUsage Usage(string? caseId = null)
    {
        lock (_gate) return caseId is null ? _usage : _usageByCase.GetValueOrDefault(caseId, ModelUsage.None);
    }

    /// <summary>A step that succeeded needs one answer; what begins after that, or after a call of which nothing more was heard, a crash has repeated.</summary>
    private void Count(ModelCall call)
    {
        var isBegun = call.Phase == CallPhase.Begun;
        var cost = new ModelUsage(isBegun ? 1 : 0, call.Tokens, isBegun && _begunSteps.Contains(call.StepKey) ? 1 : 0);
        if (call.Phase == CallPhase.Failed) _begunSteps.Remove(call.StepKey);
        else _begunSteps.Add(call.StepKey);
        _usage += cost;
        _usageByCase[call.CaseId] = _usageByCase.GetValueOrDefault(call.CaseId, ModelUsage.None) + cost;
    }
}
