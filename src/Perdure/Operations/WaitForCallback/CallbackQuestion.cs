using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Operations.WaitForCallback;

/// <summary>The body of WaitForCallback, written with the public verbs, and how its failures survive the context's record.</summary>
/// <remarks>
/// A context records one error. Which of three things went wrong, and the original error, travel in it as <see cref="CallbackFailures.Recorded"/>, so
/// that the caller gets the same exception on the first run and when replay reads only the context.
/// </remarks>
internal sealed class CallbackQuestion<T>(
    Func<string, IWaitForCallbackContext, CancellationToken, Task> submitter, string? name, WaitForCallbackConfig config, CancellationToken cancellationToken)
{
    public ChildContextConfig ContextConfig => new()
    {
        SubType = OperationSubTypes.WaitForCallback,
        Key = config.Key,
        Serializer = config.Serializer,
        ErrorMapping = static error => CallbackFailures.Rebuild((ChildContextException)error),
    };

#pragma warning disable CA2007 // Function code: it resumes on the pump.
    public async Task<T> AskAsync(IDurableContext context)
    {
        var callback = await context.CreateCallbackAsync<T>(Inner("callback"), config);
        try
        {
            await context.StepAsync(
                (step, token) => submitter(callback.CallbackId, (IWaitForCallbackContext)step, token),
                Inner("submitter"),
                new StepConfig { RetryStrategy = config.RetryStrategy },
                cancellationToken);
        }
        catch (StepException error)
        {
            throw CallbackFailures.Recorded(nameof(CallbackSubmitterException), error, callback.CallbackId);
        }

        try
        {
            return await callback.GetResultAsync(CancellationToken.None);
        }
        catch (CallbackException error)
        {
            throw CallbackFailures.Recorded(error.GetType().Name, error, callback.CallbackId);
        }
    }
#pragma warning restore CA2007

    private string? Inner(string role) => name is null ? null : $"{name}-{role}";
}

internal static class CallbackFailures
{
    private const string Prefix = "Perdure.";

    /// <summary>The failure as the context records it.</summary>
    public static DurableOperationException Recorded(string failure, DurableOperationException error, string callbackId) => new ChildContextException(new ErrorObject
    {
        ErrorType = Prefix + failure,
        ErrorMessage = error.Message,
        StackTrace = error.OriginalStackTrace,
        ErrorData = JsonSerializer.Serialize(new CallbackFailure(callbackId, error.ErrorType, error.ErrorData), CallbackFailureJson.Default.CallbackFailure),
    });

    public static Exception Rebuild(ChildContextException recorded)
    {
        var failure = recorded.ErrorType switch
        {
            Prefix + nameof(CallbackFailedException) or Prefix + nameof(CallbackTimeoutException) or Prefix + nameof(CallbackSubmitterException)
                when recorded.ErrorData is { } data => JsonSerializer.Deserialize(data, CallbackFailureJson.Default.CallbackFailure),
            _ => null,
        };
        if (failure is null) return recorded;

        var error = new ErrorObject
        {
            ErrorType = failure.ErrorType,
            ErrorMessage = recorded.Message,
            ErrorData = failure.ErrorData,
            StackTrace = recorded.OriginalStackTrace,
        };
        return recorded.ErrorType switch
        {
            Prefix + nameof(CallbackTimeoutException) => new CallbackTimeoutException(error, failure.CallbackId),
            Prefix + nameof(CallbackSubmitterException) => new CallbackSubmitterException(error, failure.CallbackId),
            _ => new CallbackFailedException(error, failure.CallbackId),
        };
    }
}

internal sealed record CallbackFailure(string CallbackId, string? ErrorType, string? ErrorData);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallbackFailure))]
internal sealed partial class CallbackFailureJson : JsonSerializerContext;
