using Perdure.Replay;

namespace Perdure.Operations;

/// <summary>One operation as the function's side sees it: begun once per invocation, moved on by what the service reports. All members run on the pump.</summary>
internal abstract class DurableOperation(DurableContext context, OperationRequest request)
{
    public DurableContext Context { get; } = context;

    public OperationRequest Request { get; } = request;

    public string Id => Request.Id;

    protected InvocationRuntime Runtime => Context.Runtime;

    /// <summary>The code asked for this operation. <paramref name="recorded"/> is null when it is new.</summary>
    public abstract void Begin(Operation? recorded);

    /// <summary>The service reported a change during this invocation, an acknowledgement included.</summary>
    public virtual void OnChanged(Operation operation)
    {
    }

    /// <summary>The recorded START is delivered; only for kinds whose START resumes code.</summary>
    public virtual void DeliverStart(Operation operation)
    {
    }

    /// <summary>The recorded end is delivered: complete the task that the code awaits.</summary>
    public abstract void DeliverEnd(Operation operation);

    /// <summary>The scope of the code that awaits it was stopped: what it awaits throws, now.</summary>
    public abstract void Interrupt(Exception reason);

    /// <summary>Whether it is an operation on the record; false for a flat context.</summary>
    public virtual bool IsRecorded => true;

    /// <summary>When it was asked for, counted from 1: operations that end together end in this order.</summary>
    public int Order { get; set; }

    /// <summary>Whether the service alone can move this operation on.</summary>
    public virtual bool AwaitsService => false;

    /// <summary>When the service will move it on by itself; null when only the outside world can.</summary>
    public virtual DateTimeOffset? WakesAt => null;

    /// <returns>False when there is nothing to record: a finished context is one recorded fact, and what its abandoned descendants do afterwards no longer belongs to it.</returns>
    protected bool Send(OperationUpdate update, bool urgent)
    {
        if (Context.IsFinished) return false;
        Runtime.Writer.Enqueue(update, urgent);
        return true;
    }

    protected OperationUpdate NewUpdate(OperationAction action, Payload? payload = null, ErrorObject? error = null) => new()
    {
        Id = Id,
        Type = Request.Type,
        SubType = Request.SubType,
        Name = Request.Name,
        ParentId = Context.RecordId,
        Action = action,
        Payload = payload?.Text,
        Preview = payload?.Preview,
        Error = error?.Fitting(),
    };

    protected DurableSerializationContext SerializationContext => new(Id, Runtime.Arn);

    public override string ToString() => $"{Request} at position {Request.Position}";
}
