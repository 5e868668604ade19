using Perdure.Replay;

namespace Perdure.Operations.Callback;

/// <summary>A callback, live and replayed. Its START resumes code (the handle), its end completes the answer.</summary>
/// <remarks>The handle is delivered in recorded order like every end: acknowledging it at once would let replay number operations differently.</remarks>
internal sealed class CallbackOperation<T>(DurableContext context, OperationRequest request, CallbackConfig config)
    : AwaitableOperation<ICallback<T>>(context, request)
{
    private readonly TaskCompletionSource<T> _answer = new();
    private bool _open;
    private bool _startQueued;
    private DateTimeOffset _startedAt;
    private string? _callbackId;

    public override bool AwaitsService => _open;

    public override DateTimeOffset? WakesAt => _open ? NextDeadline() : null;

    /// <summary>When the service will next look whether it timed out. Heartbeats are unknown here, so each of their periods counts.</summary>
    private DateTimeOffset? NextDeadline()
    {
        DateTimeOffset? timeout = config.TimeoutSeconds is { } seconds ? _startedAt.AddSeconds(seconds) : null;
        if (config.HeartbeatSeconds is not { } period) return timeout;
        var periods = Math.Floor((Runtime.Environment.Clock.GetUtcNow() - _startedAt).TotalSeconds / period) + 1;
        var beat = _startedAt.AddSeconds(Math.Max(1, periods) * period);
        return timeout < beat ? timeout : beat;
    }

    public override void Begin(Operation? recorded)
    {
        if (recorded is not null) OnChanged(recorded);
        else if (!Context.IsReplayOnly)
        {
            Send(
                NewUpdate(OperationAction.Start) with
                {
                    CallbackOptions = new CallbackOptions { TimeoutSeconds = config.TimeoutSeconds, HeartbeatTimeoutSeconds = config.HeartbeatSeconds },
                },
                urgent: true);
        }
    }

    public override void OnChanged(Operation operation)
    {
        _open = operation.Status == OperationStatus.Started;
        _startedAt = operation.StartTimestamp;
        if (_startQueued) return;
        _startQueued = true;
        Runtime.DeliverStartInOrder(operation);
    }

    public override void DeliverStart(Operation operation)
    {
        _callbackId = operation.CallbackDetails?.CallbackId
            ?? throw new DurableExecutionException($"The service recorded {Request} without a callback id.");

        // A failure that nobody awaits is not an unobserved exception: callbacks report only to whoever asks.
        _answer.Task.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Complete(new Handle(_callbackId, _answer.Task));
    }

    public override void Interrupt(Exception reason)
    {
        base.Interrupt(reason);
        if (_answer.TrySetException(reason)) _ = _answer.Task.Exception; // whoever awaits it sees it; nobody has to
    }

    public override void DeliverEnd(Operation operation)
    {
        var details = operation.CallbackDetails;
        var error = details?.Error ?? new ErrorObject();
        switch (operation.Status)
        {
            case OperationStatus.Succeeded:
                if (TryRead<T>(config.Serializer, details?.Result, out var value)) _answer.TrySetResult(value);
                break;
            case OperationStatus.TimedOut:
                _answer.TrySetException(new CallbackTimeoutException(error, _callbackId));
                break;
            default:
                _answer.TrySetException(new CallbackFailedException(error, _callbackId));
                break;
        }
    }

    private sealed class Handle(string callbackId, Task<T> answer) : ICallback<T>
    {
        public string CallbackId => callbackId;

        public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => answer;
    }
}
