namespace Perdure;

/// <summary>The callback is timed out or already completed: this answer comes too late and changed nothing.</summary>
/// <remarks>The service's <c>CallbackTimeoutException</c>. Also raised when the execution itself is over or gone.</remarks>
public sealed class CallbackClosedException : DurableExecutionException
{
    /// <summary>With the service's text.</summary>
    public CallbackClosedException() : this("The callback is either timed out or already completed")
    {
    }

    /// <summary>An exception with a message.</summary>
    public CallbackClosedException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public CallbackClosedException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
