using Perdure.Replay;

namespace Perdure.Operations.Invoke;

/// <summary>A call of another function, live and replayed.</summary>
internal sealed class InvokeOperation<TResult>(
    DurableContext context, OperationRequest request, string functionName, Payload payload, InvokeConfig config) : AwaitableOperation<TResult>(context, request)
{
    private bool _open;

    public override bool AwaitsService => _open;

    public override void Begin(Operation? recorded)
    {
        if (recorded is not null) OnChanged(recorded);
        else if (!Context.IsReplayOnly)
        {
            Send(
                NewUpdate(OperationAction.Start, payload) with { ChainedInvokeOptions = new ChainedInvokeOptions(functionName) { TenantId = config.TenantId } },
                urgent: true);
        }
    }

    public override void OnChanged(Operation operation) => _open = operation.Status == OperationStatus.Started;

    public override void DeliverEnd(Operation operation)
    {
        var details = operation.ChainedInvokeDetails ?? new ChainedInvokeDetails();
        var error = details.Error ?? new ErrorObject();
        switch (operation.Status)
        {
            case OperationStatus.Succeeded:
                if (TryRead<TResult>(config.Serializer, details.Result, out var value)) Complete(value);
                break;
            case OperationStatus.TimedOut:
                Throw(new InvokeTimedOutException(error, functionName));
                break;
            case OperationStatus.Stopped:
                Throw(new InvokeStoppedException(error, functionName));
                break;
            default:
                Throw(new InvokeFailedException(error, functionName));
                break;
        }
    }
}
