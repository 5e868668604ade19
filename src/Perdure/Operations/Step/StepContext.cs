using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>What a step body is given.</summary>
internal sealed class StepContext(DurableContext context, OperationRequest request, int attempt, int interruptions)
    : IStepContext, IConditionCheckContext, IWaitForCallbackContext
{
    public Microsoft.Extensions.Logging.ILogger Logger => field ??= context.OperationLogger(request, attempt);

    public int AttemptNumber => attempt;

    public int InterruptionCount => interruptions;

    public string OperationId => request.Id;

    public string IdempotencyKey => GetIdempotencyKey("");

    public string GetIdempotencyKey(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        return OperationIds.IdempotencyKey(context.Runtime.Arn, request.Id, purpose);
    }
}
