using System.Globalization;

namespace Perdure;

/// <summary>The deadline of a block passed: what the block's code awaits, and whatever it asks for next, throws this, and so does the block.</summary>
[DurableError(Code)]
public sealed class DeadlineExceededException : DurableOperationException
{
    internal const string Code = "DeadlineExceeded";

    /// <summary>An exception with a default message.</summary>
    public DeadlineExceededException() : this("The deadline has passed.")
    {
    }

    /// <summary>An exception with a message.</summary>
    public DeadlineExceededException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public DeadlineExceededException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal DeadlineExceededException(ErrorObject error) : base(error, "The deadline has passed.") =>
        Deadline = DateTimeOffset.TryParse(error.ErrorData, CultureInfo.InvariantCulture, out var deadline) ? deadline : null;

    /// <summary>The deadline; null when it is not recorded.</summary>
    public DateTimeOffset? Deadline { get; init; }

    internal static DeadlineExceededException Of(DateTimeOffset deadline, string block) => new(new ErrorObject
    {
        ErrorType = Code,
        ErrorMessage = $"The deadline of '{block}', {deadline:u}, has passed.",
        ErrorData = deadline.ToString("O", CultureInfo.InvariantCulture),
    });
}
