namespace Perdure;

/// <summary>How a child context behaves.</summary>
public sealed class ChildContextConfig
{
    internal static readonly ChildContextConfig Default = new();

    /// <summary>What the record says the context is for: at most 32 characters of <c>[a-zA-Z0-9-_]</c>. Null: <c>RunInChildContext</c>.</summary>
    /// <exception cref="ArgumentException">The text is empty, too long or has other characters.</exception>
    public string? SubType
    {
        get;
        init
        {
            if (value is not null && (value.Length is 0 or > 32 || !value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
                throw new ArgumentException($"SubType is '{value}'; it must have 1 to 32 characters of [a-zA-Z0-9-_].", nameof(SubType));
            field = value;
        }
    }

    /// <summary>Turns the rebuilt <see cref="ChildContextException"/> into what the caller sees. Must depend on its argument alone.</summary>
    /// <remarks>
    /// It gets the same rebuilt exception on the first run and on every replay, never the original object. What it throws itself is what the caller sees.
    /// Exceptions that stop code (<see cref="ExecutionCancelledException"/>, <see cref="DeadlineExceededException"/>) and
    /// <see cref="SagaCompensationException"/> are not mapped.
    /// </remarks>
    public Func<Exception, Exception>? ErrorMapping { get; init; }

    /// <summary>Whether the context itself is recorded. Default <see cref="NestingType.Nested"/>.</summary>
    public NestingType NestingType { get; init; } = NestingType.Nested;

    /// <summary>Writes and reads the context's result. Null: the host's serializer.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
    /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
    public string? Key { get; init; }
}

/// <summary>Whether a context is recorded.</summary>
public enum NestingType
{
    /// <summary>The context is an operation of its own, with a recorded outcome.</summary>
    Nested,

    /// <summary>Only its operations are recorded; replay runs the body again.</summary>
    Flat,
}
