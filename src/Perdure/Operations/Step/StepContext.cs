using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>What a step body is given.</summary>
internal sealed class StepContext(DurableContext context, OperationRequest request, int attempt, StepPast past)
    : IStepContext, IConditionCheckContext, IWaitForCallbackContext
{
    private StepHeartbeat? _heartbeat;

    // Made by the first heartbeat, from whatever thread: most bodies have none.
    private StepHeartbeat Heart => _heartbeat ?? Interlocked.CompareExchange(ref _heartbeat, new StepHeartbeat(context.Runtime, request.Id), null) ?? _heartbeat;

    public Microsoft.Extensions.Logging.ILogger Logger => field ??= context.OperationLogger(request, attempt);

    public int AttemptNumber => attempt;

    public int InterruptionCount => past.Interruptions;

    public string OperationId => request.Id;

    public string IdempotencyKey => GetIdempotencyKey("");

    public string GetIdempotencyKey(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        return OperationIds.IdempotencyKey(context.Runtime.Arn, request.Id, purpose);
    }

    public void Heartbeat() => Heart.Beat(null);

    public void Heartbeat<T>(T progress)
    {
        var environment = context.Runtime.Environment;
        var payload = Payloads.Write(environment.Serializer, progress, Entity, request, environment.Payloads, "progress");
        var size = StrictText.ByteCount(payload.Text);
        if (payload.Preview is not null || size > PerdureLimits.MaxProgressBytes)
        {
            throw new DurableSerializationException(
                $"The progress of {request} at position {request.Position}, a {typeof(T)} of {size:N0} bytes, cannot be kept: it is at most {PerdureLimits.MaxProgressBytes:N0} bytes and holds nothing sensitive. " +
                "Report a position, not the data. [PDR0210]");
        }

        Heart.Beat(payload.Text);
    }

    public bool TryGetLastHeartbeat<T>(out T progress)
    {
        progress = past.Progress is null ? default! : Payloads.Read<T>(context.Runtime.Environment.Serializer, past.Progress, Entity, request); // false says that there is none
        return past.Progress is not null;
    }

    public Task EndAsync(bool failed) => Volatile.Read(ref _heartbeat)?.EndAsync(failed) ?? Task.CompletedTask;

    private DurableSerializationContext Entity => new(request.Id, context.Runtime.Arn);
}

/// <summary>What is known of earlier attempts and runs of a step.</summary>
internal readonly record struct StepPast(int Interruptions, string? Progress);
