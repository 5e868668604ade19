using Perdure.Replay;

namespace Perdure.Operations;

/// <summary>An operation whose end completes one task.</summary>
/// <remarks>The task source never asks for asynchronous continuations: they must run inside the delivery, where their order is ours.</remarks>
internal abstract class AwaitableOperation<T>(DurableContext context, OperationRequest request) : DurableOperation(context, request)
{
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    // An end that comes after an interruption has nobody to tell any more.
    protected void Complete(T value) => _source.TrySetResult(value);

    protected void Throw(Exception error) => _source.TrySetException(error);

    public override void Interrupt(Exception reason) => Throw(reason);

    /// <summary>Reads a recorded value. One that cannot be read breaks the invocation: the function must not take a wrong turn because of it.</summary>
    protected bool TryRead<TValue>(IDurableSerializer? serializer, string? payload, out TValue value)
    {
        try
        {
            value = Payloads.Read<TValue>(serializer ?? Runtime.Environment.Serializer, payload, SerializationContext, Request);
            return true;
        }
        catch (DurableSerializationException error)
        {
            Runtime.Crash(error);
            value = default!; // never observed: the invocation is over
            return false;
        }
    }
}
