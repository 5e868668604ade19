namespace Perdure;

/// <summary>A callback did not bring an answer.</summary>
public class CallbackException : DurableOperationException
{
    /// <summary>An exception with a default message.</summary>
    public CallbackException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public CallbackException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public CallbackException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal CallbackException(ErrorObject error, string? callbackId) : base(error, "The callback failed.")
    {
        CallbackId = callbackId;
    }

    /// <summary>The callback's id.</summary>
    public string? CallbackId { get; init; }
}

/// <summary>The outside world reported a failure.</summary>
public sealed class CallbackFailedException : CallbackException
{
    /// <summary>An exception with a default message.</summary>
    public CallbackFailedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public CallbackFailedException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public CallbackFailedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal CallbackFailedException(ErrorObject error, string? callbackId) : base(error, callbackId)
    {
    }
}

/// <summary>Nobody answered, or no heartbeat came, in time.</summary>
public sealed class CallbackTimeoutException : CallbackException
{
    /// <summary>An exception with a default message.</summary>
    public CallbackTimeoutException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public CallbackTimeoutException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public CallbackTimeoutException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal CallbackTimeoutException(ErrorObject error, string? callbackId) : base(error, callbackId)
    {
    }
}

/// <summary>The submitter of a WaitForCallback failed for good: the question was never delivered.</summary>
public sealed class CallbackSubmitterException : CallbackException
{
    /// <summary>An exception with a default message.</summary>
    public CallbackSubmitterException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public CallbackSubmitterException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public CallbackSubmitterException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal CallbackSubmitterException(ErrorObject error, string? callbackId) : base(error, callbackId)
    {
    }
}
