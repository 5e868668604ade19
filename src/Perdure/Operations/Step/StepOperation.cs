using Perdure.Protocol;
using Perdure.Retries;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>A step, live and replayed.</summary>
internal sealed class StepOperation<T>(
    DurableContext context, OperationRequest request, StepBody<T> body, StepConfig config, CancellationToken callerToken)
    : AttemptOperation<T>(context, request, callerToken)
{
    private TaskCompletionSource<StepEnd<T>>? _settled;

    protected override bool RunsAtMostOnce => config.Semantics == StepSemantics.AtMostOncePerRetry;

    // Interruptions of an attempt that is not on the record could not be counted.
    protected override bool StartsDurably => RunsAtMostOnce || config.MaxInterruptions is not null;

    protected override IDurableSerializer? Serializer => config.Serializer;

    /// <summary>How the step itself ends, even when what awaits it was stopped before. Asked for before the step's end is delivered.</summary>
    public Task<StepEnd<T>> Settled => (_settled ??= new TaskCompletionSource<StepEnd<T>>()).Task;

    protected override async Task<OperationUpdate> AttemptAsync(int attempt, StepDetails? last, CancellationToken cancellationToken)
    {
        var step = new StepContext(Context, Request, attempt, await PastAsync(last).ConfigureAwait(false));
        var update = await AttemptAsync(step, attempt, cancellationToken).ConfigureAwait(false);
        await step.EndAsync(failed: update.Action != OperationAction.Succeed).ConfigureAwait(false);
        return update;
    }

    /// <summary>A step that never failed and was never cut off has no past to ask for.</summary>
    private async Task<StepPast> PastAsync(StepDetails? last) => last is null or { Attempt: 0, Interruptions: 0 }
        ? default
        : new StepPast(
            last.Interruptions,
            await Runtime.Environment.Service.GetProgressAsync(Runtime.Arn, Runtime.Writer.Token, Id, CancellationToken.None).ConfigureAwait(false));

    private async Task<OperationUpdate> AttemptAsync(StepContext step, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            var value = await StepTimeout.RunAsync(
                token => body.RunAsync(step, token), config.Timeout, Runtime.Environment.Work, Runtime.Environment.Clock, Request, cancellationToken).ConfigureAwait(false);
            return NewUpdate(OperationAction.Succeed, body.HasResult ? RoundTrip(value) : null);
        }
        catch (DurableSerializationException error)
        {
            // The body did its work; running it again would not make the result any smaller or more readable.
            return FailUpdate(error);
        }
        catch (Exception error)
        {
            return Decide(error, attempt);
        }
    }

    protected override OperationUpdate? OnInterrupted(int attempt, StepDetails recorded)
    {
        if (RunsAtMostOnce)
        {
            return Decide(
                new StepInterruptedException($"{Request} was interrupted in attempt {attempt}: its process ended before the outcome was recorded. Whether its effect happened is unknown."),
                attempt);
        }

        return recorded.Interruptions > config.MaxInterruptions
            ? FailUpdate(new StepInterruptedException(
                $"{Request} was interrupted {recorded.Interruptions} times, and MaxInterruptions is {config.MaxInterruptions}: its process ended each time before an outcome was recorded."))
            : null;
    }

    private OperationUpdate Decide(Exception error, int attempt)
    {
        // Stopped: there is no next attempt. A body that only noticed its token says nothing new.
        if (Stopped is { } reason) return FailUpdate(error is OperationCanceledException ? reason : error);
        RetryDecision decision;
        try
        {
            decision = (config.RetryStrategy ?? Runtime.Environment.Options.DefaultStepRetry)
                .Decide(error, attempt, OperationIds.NewRandom(Runtime.Arn, $"{Id}#{attempt}"));
        }
        catch (Exception strategyError)
        {
            return FailUpdate(strategyError);
        }

        return decision.ShouldRetry ? RetryUpdate(decision.Delay, null, ErrorObject.FromException(error)) : FailUpdate(error);
    }

    protected override void EndSucceeded(T value)
    {
        base.EndSucceeded(value);
        _settled?.TrySetResult(new StepEnd<T>(true, value));
    }

    protected override void EndFailed(StepDetails details)
    {
        base.EndFailed(details);
        _settled?.TrySetResult(new StepEnd<T>(false, default));
    }

    protected override Exception Rebuild(StepDetails details)
    {
        var error = details.Error ?? new ErrorObject();
        return error.ErrorType switch
        {
            _ when error.ErrorType == typeof(StepInterruptedException).FullName => new StepInterruptedException(error),
            _ when error.ErrorType == typeof(StepTimeoutException).FullName => new StepTimeoutException(error),
            _ => new StepException(error),
        };
    }
}

/// <summary>How a step ended: whether it is recorded as done, and its result then.</summary>
internal readonly record struct StepEnd<T>(bool IsKnown, T? Result);

/// <summary>A step's body, with or without a result.</summary>
internal readonly record struct StepBody<T>(Func<IStepContext, CancellationToken, Task<T>> RunAsync, bool HasResult);

internal static class StepBody
{
    public static StepBody<object?> WithoutResult(Func<IStepContext, CancellationToken, Task> action) => new(
        async (step, token) =>
        {
            await action(step, token).ConfigureAwait(false);
            return null;
        },
        HasResult: false);
}
