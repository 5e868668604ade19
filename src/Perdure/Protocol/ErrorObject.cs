using System.Diagnostics.CodeAnalysis;
using Perdure.Protocol;

namespace Perdure;

/// <summary>An error as it is recorded and sent: the only form in which a failure crosses a checkpoint.</summary>
/// <remarks>Absent members stay absent; nothing is filled in on the way through.</remarks>
public sealed record ErrorObject
{
    /// <summary>The name of the error's class, or the code a remote party gave.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The message, for people.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Data that the failing side attached, as serialized text.</summary>
    public string? ErrorData { get; init; }

    /// <summary>What <see cref="ErrorData"/> refers to, when that lies in the payload store. Never recorded.</summary>
    internal string? StoredData { get; init; }

    /// <summary>The stack of the original exception, one frame per element.</summary>
    public IReadOnlyList<string>? StackTrace { get; init; }

    /// <summary>The record of an exception.</summary>
    /// <remarks>
    /// An exception that was itself rebuilt from a record (<see cref="DurableOperationException"/>) is unwrapped, so that
    /// however many contexts an error passes through, <see cref="ErrorType"/> keeps naming what originally went wrong.
    /// Messages over 8,192 characters and stacks over 64 frames are cut: a record of an error must never be too large to store.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is null.</exception>
    public static ErrorObject FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is DurableOperationException { ErrorType: not null } rebuilt)
        {
            return new ErrorObject
            {
                ErrorType = rebuilt.ErrorType,
                ErrorMessage = Cut(rebuilt.Message),
                ErrorData = rebuilt.ErrorData,
                StackTrace = rebuilt.OriginalStackTrace,
            };
        }

        return new ErrorObject
        {
            ErrorType = DurableErrorAttribute.NameOf(exception.GetType()),
            ErrorMessage = Cut(exception.Message),
            StackTrace = Frames(exception.StackTrace),
        };
    }

    /// <summary>The same error, small enough to be recorded: data that makes it too large is left out, so that a failure is never more than that.</summary>
    internal ErrorObject Fitting() => ErrorData is null || ProtocolJson.Bytes(this).Length < PerdureLimits.MaxErrorBytes ? this : this with { ErrorData = null };

    /// <summary>As much of a text as a record of an error keeps.</summary>
    internal static string Cut(string message) => message.Length <= MaxMessage ? message : message[..MaxMessage];

    [SuppressMessage("Style", "IDE0305:Simplify collection initialization", Justification = "Reads as a pipeline.")]
    private static string[]? Frames(string? stackTrace) => stackTrace?
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Take(MaxFrames)
        .ToArray();

    private const int MaxMessage = 8192;

    /// <summary>Frames that a record of an error keeps.</summary>
    internal const int MaxFrames = 64;
}
