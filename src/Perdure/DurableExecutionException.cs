namespace Perdure;

/// <summary>Base of every exception that durable execution raises towards a function or a caller.</summary>
public class DurableExecutionException : Exception
{
    /// <summary>An exception with a default message.</summary>
    public DurableExecutionException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public DurableExecutionException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public DurableExecutionException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}

/// <summary>Base of the exceptions that are rebuilt from the record of a failed operation.</summary>
/// <remarks>
/// The first run and every replay build it from the same record, so a <c>catch</c> decides the same way each time.
/// <see cref="Exception.InnerException"/> is always null for that reason: the original object exists only on the first run.
/// </remarks>
public abstract class DurableOperationException : DurableExecutionException
{
    /// <summary>An exception with a default message.</summary>
    protected DurableOperationException()
    {
    }

    /// <summary>An exception with a message.</summary>
    protected DurableOperationException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    protected DurableOperationException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    private protected DurableOperationException(ErrorObject error, string fallbackMessage) : base(error.ErrorMessage ?? fallbackMessage)
    {
        ErrorType = error.ErrorType;
        ErrorData = error.ErrorData;
        OriginalStackTrace = error.StackTrace;
    }

    /// <summary>The recorded name of what went wrong: the original exception's full type name, or a remote party's code.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The recorded data that came with the error.</summary>
    public string? ErrorData { get; init; }

    /// <summary>The recorded stack of the original exception.</summary>
    public IReadOnlyList<string>? OriginalStackTrace { get; init; }

    /// <summary>Whether what originally went wrong was an exception of exactly this type, or carried its <see cref="DurableErrorAttribute"/> code.</summary>
    /// <remarks>The record has a name, not an object, so a base class does not match its derived ones. The same on the first run and on every replay.</remarks>
    public bool IsError<T>() where T : Exception => ErrorType is not null && ErrorType == DurableErrorAttribute.NameOf(typeof(T));
}

/// <summary>The code asked for something else than what is recorded at the same position.</summary>
/// <remarks>Rule: <c>docs/errors/PDR0101.md</c>. It ends the invocation and cannot be caught by the function; <see cref="NonDeterminismPolicy"/> says what follows.</remarks>
public sealed class NonDeterministicExecutionException : DurableExecutionException
{
    /// <summary>An exception with a default message.</summary>
    public NonDeterministicExecutionException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public NonDeterministicExecutionException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public NonDeterministicExecutionException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}

/// <summary>What becomes of an execution whose record its code no longer matches.</summary>
public enum NonDeterminismPolicy
{
    /// <summary>It waits, with nothing lost: it runs again when a node starts with code that matches, or when an operator says so.</summary>
    Park,

    /// <summary>It fails with <see cref="NonDeterministicExecutionException"/>, as in AWS.</summary>
    Fail,
}

/// <summary>A durable operation was asked for where none can be: inside a step body, outside a turn, or in a finished context.</summary>
/// <remarks>Rule: the author's contract in <c>docs/concepts/replay.md</c>.</remarks>
public sealed class InvalidDurableOperationException : DurableExecutionException
{
    /// <summary>An exception with a default message.</summary>
    public InvalidDurableOperationException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public InvalidDurableOperationException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public InvalidDurableOperationException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}

/// <summary>A value could not be written as a payload, or a payload could not be read back.</summary>
public sealed class DurableSerializationException : DurableExecutionException
{
    /// <summary>An exception with a default message.</summary>
    public DurableSerializationException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public DurableSerializationException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public DurableSerializationException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
