namespace Perdure;

/// <summary>No function of that name is registered.</summary>
public sealed class FunctionNotFoundException(string message) : DurableExecutionException(message);

/// <summary>The execution does not exist, or its retention has expired.</summary>
public sealed class ExecutionNotFoundException(string message) : DurableExecutionException(message);

/// <summary>The execution's name is taken by one with another input, another tenant or another version.</summary>
public sealed class ExecutionAlreadyStartedException(string message, string existingArn) : DurableExecutionException(message)
{
    /// <summary>The execution that has the name.</summary>
    public string ExistingArn => existingArn;
}

/// <summary>The execution is over without a result.</summary>
public sealed class ExecutionFailedException(string message, ExecutionStatus status, ErrorObject? error) : DurableExecutionException(message)
{
    /// <summary>How it ended.</summary>
    public ExecutionStatus Status => status;

    /// <summary>Why.</summary>
    public ErrorObject? Error => error;
}

/// <summary>The execution is not over yet, so that it cannot be deleted.</summary>
public sealed class ExecutionNotOverException(string message) : DurableExecutionException(message);

/// <summary>The service is too busy with this execution; nothing was changed. Try again.</summary>
public sealed class TooManyRequestsException(string message) : DurableExecutionException(message);
