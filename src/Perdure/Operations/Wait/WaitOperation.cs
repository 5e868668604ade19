using Perdure.Replay;

namespace Perdure.Operations.Wait;

/// <summary>A wait, live and replayed.</summary>
internal sealed class WaitOperation(DurableContext context, OperationRequest request, int seconds) : AwaitableOperation<bool>(context, request)
{
    private Operation? _open;

    public override bool AwaitsService => _open is not null;

    public override DateTimeOffset? WakesAt => _open?.WaitDetails?.ScheduledEndTimestamp;

    public override void Begin(Operation? recorded)
    {
        if (recorded is { Status: OperationStatus.Started }) _open = recorded;
        else if (recorded is null && !Context.IsReplayOnly) Send(NewUpdate(OperationAction.Start) with { WaitOptions = new WaitOptions(seconds) }, urgent: true);
    }

    public override void OnChanged(Operation operation) => _open = operation.Status == OperationStatus.Started ? operation : null;

    public override void DeliverEnd(Operation operation) => Complete(true);
}
