using Perdure.Operations.Step;
using Perdure.Protocol;
using Perdure.Retries;
using Perdure.Replay;

namespace Perdure.Operations.WaitForCondition;

/// <summary>Polling: a STEP whose attempts are checks, each handing its state to the next.</summary>
internal sealed class WaitForConditionOperation<TState>(
    DurableContext context,
    OperationRequest request,
    Func<TState, IConditionCheckContext, CancellationToken, Task<TState>> check,
    WaitForConditionConfig<TState> config,
    CancellationToken callerToken) : AttemptOperation<TState>(context, request, callerToken)
{
    protected override IDurableSerializer? Serializer => config.Serializer;

    protected override async Task<OperationUpdate> AttemptAsync(int attempt, StepDetails? last, CancellationToken cancellationToken)
    {
        Payload? payload = null;

        // Outside of the try: a recorded state that cannot be read breaks the invocation, as every unreadable record does.
        var before = StateAfter(last);
        try
        {
            var state = await check(before, new StepContext(Context, Request, attempt, new StepPast(last?.Interruptions ?? 0, null)), cancellationToken).ConfigureAwait(false);
            payload = RoundTrip(state);
            var decision = config.WaitStrategy.Decide(state, attempt, OperationIds.NewRandom(Runtime.Arn, $"{Id}#{attempt}"));
            if (decision.ShouldContinue && Stopped is { } reason) return FailUpdate(reason);
            return decision.ShouldContinue ? RetryUpdate(decision.Delay, payload, null) : NewUpdate(OperationAction.Succeed, payload);
        }
        catch (WaitForConditionException exhausted)
        {
            // The last state travels in the error: the record has no other place for it, and the caller may need it to decide.
            return NewUpdate(OperationAction.Fail, error: ErrorObject.FromException(exhausted) with { ErrorData = payload?.Text }) with { Preview = payload?.Preview };
        }
        catch (Exception error)
        {
            return FailUpdate(error is OperationCanceledException && Stopped is { } reason ? reason : error);
        }
    }

    private TState StateAfter(StepDetails? last) => last is { Attempt: > 0 }
        ? Payloads.Read<TState>(Serializer ?? Runtime.Environment.Serializer, last.Result, SerializationContext, Request)
        : config.InitialState;

    protected override Exception Rebuild(StepDetails details)
    {
        var error = details.Error ?? new ErrorObject();
        if (error.ErrorType != typeof(WaitForConditionException).FullName) return new StepException(error);
        TryRead<TState>(Serializer, error.StoredData ?? error.ErrorData, out var state);
        return new WaitForConditionException(error) { AttemptsExhausted = details.Attempt, LastState = state };
    }
}
