namespace Perdure;

/// <summary>A called function did not return.</summary>
public class InvokeException : DurableOperationException
{
    /// <summary>An exception with a default message.</summary>
    public InvokeException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public InvokeException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public InvokeException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal InvokeException(ErrorObject error, string functionName) : base(error, "The called function failed.")
    {
        FunctionName = functionName;
    }

    /// <summary>The function that was called, as it was named.</summary>
    public string? FunctionName { get; init; }
}

/// <summary>A called function failed, or there is none of that name.</summary>
public sealed class InvokeFailedException : InvokeException
{
    /// <summary>An exception with a default message.</summary>
    public InvokeFailedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public InvokeFailedException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public InvokeFailedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal InvokeFailedException(ErrorObject error, string functionName) : base(error, functionName)
    {
    }
}

/// <summary>A called execution timed out.</summary>
public sealed class InvokeTimedOutException : InvokeException
{
    /// <summary>An exception with a default message.</summary>
    public InvokeTimedOutException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public InvokeTimedOutException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public InvokeTimedOutException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal InvokeTimedOutException(ErrorObject error, string functionName) : base(error, functionName)
    {
    }
}

/// <summary>A called execution was stopped.</summary>
public sealed class InvokeStoppedException : InvokeException
{
    /// <summary>An exception with a default message.</summary>
    public InvokeStoppedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public InvokeStoppedException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public InvokeStoppedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal InvokeStoppedException(ErrorObject error, string functionName) : base(error, functionName)
    {
    }
}
