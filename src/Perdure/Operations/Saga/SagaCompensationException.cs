using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>A saga did not succeed, and something could not be undone or cleaned up. Whatever else could be undone is.</summary>
/// <remarks>When it ends the execution, the execution is marked for an operator's attention.</remarks>
[DurableError(Code)]
public sealed class SagaCompensationException : DurableOperationException
{
    internal const string Code = "SagaCompensation";

    /// <summary>An exception with a default message.</summary>
    public SagaCompensationException() : this("A saga could not be compensated.")
    {
    }

    /// <summary>An exception with a message.</summary>
    public SagaCompensationException(string message) : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public SagaCompensationException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    internal SagaCompensationException(ErrorObject error) : base(error, "A saga could not be compensated.")
    {
        var record = error.ErrorData is { } data ? JsonSerializer.Deserialize(data, SagaJson.Default.SagaFailure) : null;
        Failures = record?.Failures ?? [];
        SagaError = record?.SagaError;
    }

    /// <summary>What could not be done, in the order in which it was tried.</summary>
    public IReadOnlyList<CompensationFailure> Failures { get; init; } = [];

    /// <summary>Why the saga was compensated; null when its body succeeded and a cleanup failed.</summary>
    public ErrorObject? SagaError { get; init; }

    internal static SagaCompensationException Of(string saga, IReadOnlyList<CompensationFailure> failures, Exception? sagaError)
    {
        var error = sagaError is null ? null : ErrorObject.FromException(sagaError) with { StackTrace = null };
        return new SagaCompensationException(new ErrorObject
        {
            ErrorType = Code,
            ErrorMessage = $"Saga '{saga}': {failures.Count} of its compensations and cleanups failed: " +
                string.Join("; ", failures.Select(static failure => $"{failure.Name}: {failure.Error.ErrorMessage}")) +
                (error is null ? "." : $". It was compensated because of {error.ErrorType}: {error.ErrorMessage}"),
            ErrorData = JsonSerializer.Serialize(new SagaFailure(failures, error), SagaJson.Default.SagaFailure),
        });
    }
}

/// <summary>A compensation or cleanup that failed for good.</summary>
/// <param name="Name">The name of its step.</param>
/// <param name="Error">Its last error.</param>
public sealed record CompensationFailure(string Name, ErrorObject Error);

internal sealed record SagaFailure(IReadOnlyList<CompensationFailure> Failures, ErrorObject? SagaError);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SagaFailure))]
internal sealed partial class SagaJson : JsonSerializerContext;
