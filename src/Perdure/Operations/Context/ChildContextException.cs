namespace Perdure;

/// <summary>The body of a child context failed.</summary>
public sealed class ChildContextException : DurableOperationException
{
    /// <summary>An exception with a default message.</summary>
    public ChildContextException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public ChildContextException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public ChildContextException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal ChildContextException(ErrorObject error) : base(error, "The child context failed.")
    {
    }

    /// <summary>What the context was for.</summary>
    public string? SubType { get; init; }
}
