using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Client;
using Perdure.Operations;

namespace Perdure.Server.Api;

/// <summary>An error as the API names it.</summary>
/// <param name="Type">The name that SDKs make an exception of.</param>
/// <param name="Status">The HTTP status.</param>
internal sealed record ApiError(string Type, int Status);

/// <summary>A request is refused: the caller's doing, and nothing was changed.</summary>
internal sealed class ApiException(ApiError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public ApiError Error => error;

    /// <summary>After how many seconds it may be tried again; null when trying again is no use.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>The one table of errors: what the API calls them, and what of the engine is which.</summary>
internal static class ApiErrors
{
    public static readonly ApiError InvalidParameterValue = new("InvalidParameterValueException", StatusCodes.Status400BadRequest);
    public static readonly ApiError Validation = new("ValidationException", StatusCodes.Status400BadRequest);
    public static readonly ApiError Serialization = new("SerializationException", StatusCodes.Status400BadRequest);
    public static readonly ApiError InvalidRequestContent = new("InvalidRequestContentException", StatusCodes.Status400BadRequest);
    public static readonly ApiError CallbackTimeout = new("CallbackTimeoutException", StatusCodes.Status400BadRequest);
    public static readonly ApiError IncompleteSignature = new("IncompleteSignatureException", StatusCodes.Status400BadRequest);
    public static readonly ApiError MissingAuthentication = new("MissingAuthenticationTokenException", StatusCodes.Status403Forbidden);
    public static readonly ApiError UnrecognizedClient = new("UnrecognizedClientException", StatusCodes.Status403Forbidden);
    public static readonly ApiError InvalidSignature = new("InvalidSignatureException", StatusCodes.Status403Forbidden);
    public static readonly ApiError AccessDenied = new("AccessDeniedException", StatusCodes.Status403Forbidden);
    public static readonly ApiError ResourceNotFound = new("ResourceNotFoundException", StatusCodes.Status404NotFound);
    public static readonly ApiError UnknownOperation = new("UnknownOperationException", StatusCodes.Status404NotFound);
    public static readonly ApiError ResourceConflict = new("ResourceConflictException", StatusCodes.Status409Conflict);
    public static readonly ApiError AlreadyStarted = new("DurableExecutionAlreadyStartedException", StatusCodes.Status409Conflict);
    public static readonly ApiError RequestTooLarge = new("RequestTooLargeException", StatusCodes.Status413PayloadTooLarge);
    public static readonly ApiError TooManyRequests = new("TooManyRequestsException", StatusCodes.Status429TooManyRequests);
    public static readonly ApiError Service = new("ServiceException", StatusCodes.Status500InternalServerError);
    public static readonly ApiError Unavailable = new("ServiceUnavailableException", StatusCodes.Status503ServiceUnavailable);

    /// <summary>What to answer to a failure. Unexpected ones say nothing of what is inside.</summary>
    public static ApiException Of(Exception error) => error switch
    {
        ApiException refused => refused,
        InvalidTransitionException or CheckpointRefusedException or InvalidMarkerException => new(InvalidParameterValue, error.Message, error),
        CallbackClosedException => new(CallbackTimeout, error.Message, error),
        FunctionNotFoundException or ExecutionNotFoundException => new(ResourceNotFound, error.Message, error),
        ExecutionAlreadyStartedException => new(AlreadyStarted, error.Message, error),
        ExecutionNotOverException => new(ResourceConflict, error.Message, error),
        TooManyRequestsException => new(TooManyRequests, error.Message, error) { RetryAfterSeconds = 1 },
        JsonException => new(Serialization, error.Message, error),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(RequestTooLarge, error.Message, error),
        BadHttpRequestException => new(Serialization, error.Message, error),

        // The engine's word for a value that the caller may not give; what .NET adds to the message is of no use to them.
        ArgumentException argument => new(InvalidParameterValue, WithoutParameter(argument), error),
        _ => new(Service, "The service failed to answer. Try again; its log has the cause.", error) { RetryAfterSeconds = 1 },
    };

    /// <summary>This server cannot serve now, and one can soon.</summary>
    public static ApiException TryLater(string message) => new(Unavailable, message) { RetryAfterSeconds = 1 };

    private static string WithoutParameter(ArgumentException error) =>
        error.ParamName is { } name ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message;
}
