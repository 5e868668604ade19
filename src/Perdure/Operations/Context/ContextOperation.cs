using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Operations.Context;

/// <summary>A child context, live and replayed: its body is function code, run on the pump with its own numbering.</summary>
internal sealed class ContextOperation<T>(
    DurableContext context, OperationRequest request, ContextBody<T> body, ChildContextConfig config) : AwaitableOperation<T>(context, request)
{
    private (T Value, string? Payload)? _live;

    public override bool IsRecorded => config.NestingType == NestingType.Nested;

    public override void Begin(Operation? recorded)
    {
        var child = Context.Child(Request, IsRecorded, body.Scope);
        switch (recorded?.Status)
        {
            case null when IsRecorded && Context.IsReplayOnly:
                return;
            case null:
                if (IsRecorded) Send(NewUpdate(OperationAction.Start), urgent: false);
                RunBody(child);
                break;
            case OperationStatus.Started:
                RunBody(child);
                break;
            case OperationStatus.Succeeded when recorded.ContextDetails?.ReplayChildren == true:
                child.MarkReplayOnly();
                RunBody(child);
                break;
        }
    }

    // Its body is told, and ends it with what it makes of that: compensations may still have to run.
    public override void Interrupt(Exception reason)
    {
    }

    private void RunBody(DurableContext child) => Runtime.Scheduler.PostFunctionCode(_ => RunOnPump(child), null);

    private async void RunOnPump(DurableContext child)
    {
#pragma warning disable CA2007 // The body's end is one of the function's turns: it must resume on the pump.
        Tell(child, static (interceptor, info) => interceptor.OnContextBodyStart(info));
        try
        {
            var value = await body.RunAsync(child, child.Scope.Token);
            Tell(child, static (interceptor, info) => interceptor.OnContextBodyEnd(info, null));
            OnBodyReturned(child, value);
        }
        catch (Exception error)
        {
            Tell(child, (interceptor, info) => interceptor.OnContextBodyEnd(info, error));
            OnBodyThrew(child, error);
        }
#pragma warning restore CA2007
    }

    private void Tell(DurableContext child, Action<IDurableInterceptor, ContextBodyInfo> hook)
    {
        if (Runtime.Environment.Interceptors is not { } interceptors) return;
        var info = new ContextBodyInfo(Runtime.Arn, Id, Request.Name, Request.SubType, child.IsReplayOnly) { ParentId = Context.RecordId };
        interceptors.Tell(interceptor => hook(interceptor, info));
    }

    private void OnBodyReturned(DurableContext child, T value)
    {
        EndBody(child);
        if (!IsRecorded)
        {
            CompleteUnrecorded(() => Complete(value));
            return;
        }

        if (child.IsReplayOnly)
        {
            _live = (value, null);
            return;
        }

        var serializer = config.Serializer ?? Runtime.Environment.Serializer;
        var payload = body.HasResult ? Payloads.Write(serializer, value, SerializationContext, Request, Runtime.Environment.Payloads) : null;
        if (payload is null || StrictText.ByteCount(payload.Text) <= Runtime.Environment.MaxPayloadBytes)
        {
            _live = (body.HasResult ? Payloads.Read<T>(serializer, payload?.Text, SerializationContext, Request) : value, payload?.Text);
            Send(NewUpdate(OperationAction.Succeed, payload), urgent: true);
        }
        else
        {
            // Too large to store: replay runs the body again over its recorded children, so the value it builds is the value to return.
            _live = (value, "");
            Send(NewUpdate(OperationAction.Succeed, new Payload(body.Summarize?.Invoke(value) ?? "")) with { ContextOptions = new ContextOptions(ReplayChildren: true) }, urgent: true);
        }
    }

    private void OnBodyThrew(DurableContext child, Exception error)
    {
        EndBody(child);

        // Code that looked at its token instead of awaiting something durable was stopped all the same.
        if (error is OperationCanceledException && child.Scope.Reason is { } reason) error = reason;
        var record = ErrorObject.FromException(error);
        if (!IsRecorded) CompleteUnrecorded(() => Throw(Rebuild(record)));
        else if (!child.IsReplayOnly) Send(NewUpdate(OperationAction.Fail, error: record), urgent: true);
    }

    /// <summary>
    /// From here on nothing of the body is recorded any more: its outcome is. A flat context has no outcome of its own; what it leaves running
    /// belongs to the context around it and is recorded there, or every invocation would run it again.
    /// </summary>
    private void EndBody(DurableContext child)
    {
        if (IsRecorded) child.MarkFinished();
    }

    // Like every delivery: in a turn without a context, so that ConfigureAwait(false) does not lead away from the pump.
    private void CompleteUnrecorded(Action complete) => Runtime.Scheduler.PostInternal(_ => complete(), null);

    public override void DeliverEnd(Operation operation)
    {
        var details = operation.ContextDetails ?? new ContextDetails();
        if (operation.Status != OperationStatus.Succeeded) Throw(Rebuild(details.Error ?? new ErrorObject()));
        else if (_live is { } live) Complete(live.Value);
        else if (details.ReplayChildren)
        {
            Runtime.Mismatch(new NonDeterministicExecutionException(
                $"{Request} at position {Request.Position} finished before with a value too large to store. Run again over its recorded operations " +
                "its body no longer returns: it asks for something that is not recorded. [PDR0101]"));
        }
        else if (TryRead<T>(config.Serializer, details.Result, out var value)) Complete(value);
    }

    private Exception Rebuild(ErrorObject error)
    {
        var failure = RecordedFailure.Rebuild(error, Request.SubType);
        if (failure is not ChildContextException || config.ErrorMapping is not { } map) return failure;
        try
        {
            return map(failure) ?? failure;
        }
        catch (Exception mistake)
        {
            // The author's, and the same on every replay: the caller sees it, like any other outcome.
            return mistake;
        }
    }
}

/// <summary>A child context's body, with or without a result.</summary>
internal readonly record struct ContextBody<T>(Func<DurableContext, CancellationToken, Task<T>> RunAsync, bool HasResult)
{
    /// <summary>What the body is stopped with; null: what the context around it is.</summary>
    public CancellationScope? Scope { get; init; }

    /// <summary>What is recorded, for people, in place of a result too large to store; it must fit. Null: nothing.</summary>
    public Func<T, string>? Summarize { get; init; }
}
