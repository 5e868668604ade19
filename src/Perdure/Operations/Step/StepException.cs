namespace Perdure;

/// <summary>A step failed and is not retried (any more).</summary>
public class StepException : DurableOperationException
{
    /// <summary>An exception with a default message.</summary>
    public StepException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public StepException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public StepException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal StepException(ErrorObject error) : base(error, "The step failed.")
    {
    }
}

/// <summary>An attempt did not end within <see cref="StepConfig.Timeout"/>: whether its effect happened is unknown.</summary>
public sealed class StepTimeoutException : StepException
{
    /// <summary>An exception with a default message.</summary>
    public StepTimeoutException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public StepTimeoutException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public StepTimeoutException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal StepTimeoutException(ErrorObject error) : base(error)
    {
    }
}

/// <summary>The process ended in the middle of an at-most-once body: whether its effect happened is unknown.</summary>
public sealed class StepInterruptedException : StepException
{
    /// <summary>An exception with a default message.</summary>
    public StepInterruptedException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public StepInterruptedException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public StepInterruptedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal StepInterruptedException(ErrorObject error) : base(error)
    {
    }
}
