using Perdure.Protocol;
using Perdure.Retries;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>A step, live and replayed.</summary>
internal sealed class StepOperation<T>(
    DurableContext context, OperationRequest request, StepBody<T> body, StepConfig config, CancellationToken callerToken)
    : AttemptOperation<T>(context, request, callerToken)
{
    protected override bool StartsDurably => config.Semantics == StepSemantics.AtMostOncePerRetry;

    protected override IDurableSerializer? Serializer => config.Serializer;

    protected override async Task<OperationUpdate> AttemptAsync(int attempt, StepDetails? last, CancellationToken cancellationToken)
    {
        try
        {
            var value = await body.RunAsync(new StepContext(Context, Request, attempt), cancellationToken).ConfigureAwait(false);
            return NewUpdate(OperationAction.Succeed, body.HasResult ? RoundTrip(value) : null);
        }
        catch (DurableSerializationException error)
        {
            // The body did its work; running it again would not make the result any smaller or more readable.
            return NewUpdate(OperationAction.Fail, error: ErrorObject.FromException(error));
        }
        catch (Exception error)
        {
            return Decide(error, attempt);
        }
    }

    protected override OperationUpdate OnInterrupted(int attempt) => Decide(
        new StepInterruptedException($"{Request} was interrupted in attempt {attempt}: its process ended before the outcome was recorded. Whether its effect happened is unknown."),
        attempt);

    private OperationUpdate Decide(Exception error, int attempt)
    {
        RetryDecision decision;
        try
        {
            decision = (config.RetryStrategy ?? Runtime.Environment.Options.DefaultStepRetry)
                .Decide(error, attempt, OperationIds.NewRandom(Runtime.Arn, $"{Id}#{attempt}"));
        }
        catch (Exception strategyError)
        {
            return NewUpdate(OperationAction.Fail, error: ErrorObject.FromException(strategyError));
        }

        var record = ErrorObject.FromException(error);
        return decision.ShouldRetry ? RetryUpdate(decision.Delay, null, record) : NewUpdate(OperationAction.Fail, error: record);
    }

    protected override Exception Rebuild(StepDetails details)
    {
        var error = details.Error ?? new ErrorObject();
        return error.ErrorType == typeof(StepInterruptedException).FullName
            ? new StepInterruptedException(error)
            : new StepException(error);
    }
}

/// <summary>A step's body, with or without a result.</summary>
internal readonly record struct StepBody<T>(Func<IStepContext, CancellationToken, Task<T>> RunAsync, bool HasResult);

/// <summary>What a step body is given.</summary>
internal sealed class StepContext(DurableContext context, OperationRequest request, int attempt)
    : IStepContext, IConditionCheckContext, IWaitForCallbackContext
{
    public Microsoft.Extensions.Logging.ILogger Logger => field ??= context.OperationLogger(request, attempt);

    public int AttemptNumber => attempt;

    public string OperationId => request.Id;

    public string IdempotencyKey => GetIdempotencyKey("");

    public string GetIdempotencyKey(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        return OperationIds.IdempotencyKey(context.Runtime.Arn, request.Id, purpose);
    }
}
