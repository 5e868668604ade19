namespace Perdure;

/// <summary>The execution is being cancelled: what the function awaits, and whatever it asks for next, throws this.</summary>
/// <remarks>
/// Let it escape, after cleaning up, and the execution ends STOPPED. Sagas compensate on it. A function may also catch it and return: then its
/// result stands, but no durable operation can be asked for any more outside of compensations and cleanups.
/// </remarks>
[DurableError(Code)]
public sealed class ExecutionCancelledException : DurableOperationException
{
    internal const string Code = "ExecutionCancelled";

    /// <summary>An exception with a default message.</summary>
    public ExecutionCancelledException() : this("The execution is being cancelled.")
    {
    }

    /// <summary>An exception with a message.</summary>
    public ExecutionCancelledException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public ExecutionCancelledException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal ExecutionCancelledException(ErrorObject error) : base(error, "The execution is being cancelled.")
    {
    }
}
