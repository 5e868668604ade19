using Perdure.Replay;

namespace Perdure.Operations.Wait;

/// <summary>A wait, live and replayed.</summary>
internal sealed class WaitOperation(DurableContext context, OperationRequest request, WaitOptions options) : AwaitableOperation<bool>(context, request)
{
    private Operation? _open;

    public override bool AwaitsService => _open is not null;

    public override DateTimeOffset? WakesAt => _open?.WaitDetails?.ScheduledEndTimestamp;

    public override void Begin(Operation? recorded)
    {
        if (recorded is { Status: OperationStatus.Started }) _open = recorded;
        else if (recorded is null && !Context.IsReplayOnly) Send(NewUpdate(OperationAction.Start) with { WaitOptions = options }, urgent: true);
    }

    public override void OnChanged(Operation operation) => _open = operation.Status == OperationStatus.Started ? operation : null;

    /// <summary>Nobody awaits it any more. One whose START is still on its way is left alone: it ends by itself.</summary>
    public void Cancel()
    {
        if (_open is null) return;
        _open = null;
        Send(NewUpdate(OperationAction.Cancel), urgent: false);
    }

    public override void Interrupt(Exception reason)
    {
        base.Interrupt(reason);
        Cancel();
    }

    public override void DeliverEnd(Operation operation) => Complete(true);
}
