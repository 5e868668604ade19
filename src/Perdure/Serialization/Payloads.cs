using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure;

/// <summary>A value as it is recorded: its text, and what is shown of it when the text goes to the payload store.</summary>
internal sealed record Payload(string Text, PayloadPreview? Preview = null);

/// <summary>Writes and reads payloads with errors that say which operation, which type, and what to do.</summary>
internal static class Payloads
{
    /// <param name="serializer">Writes it.</param>
    /// <param name="value">What is written.</param>
    /// <param name="context">What the serializer is told.</param>
    /// <param name="request">The operation.</param>
    /// <param name="offloader">Says what is shown of it when it goes to the payload store; null without one.</param>
    /// <param name="what">What the value is to the operation: its result, or its payload.</param>
    public static Payload Write<T>(
        IDurableSerializer serializer, T value, DurableSerializationContext context, OperationRequest request, PayloadOffloader? offloader, string what = "result")
    {
        string payload;
        try
        {
            payload = serializer.Serialize(value, context);
        }
        catch (Exception error)
        {
            throw new DurableSerializationException(
                $"The {what} of {request} at position {request.Position}, a {typeof(T)}, could not be serialized: {error.Message} " +
                "Use a type that the serializer can write, or give the operation's config a serializer. [PDR0201]", error);
        }

        RequireStorable(payload, request, what);
        return new Payload(payload, offloader?.Describe(serializer, value, payload));
    }

    private static void RequireStorable(string payload, OperationRequest request, string what)
    {
        try
        {
            StrictText.ByteCount(payload);
        }
        catch (ArgumentException error)
        {
            throw new DurableSerializationException(
                $"The {what} of {request} at position {request.Position} contains a lone surrogate, which UTF-8 cannot hold. Remove or encode it. [PDR0202]", error);
        }
    }

    public static T Read<T>(IDurableSerializer serializer, string? payload, DurableSerializationContext context, OperationRequest request)
    {
        if (payload is null) return default!; // an absent payload is null, or the default of a value type

        try
        {
            return serializer.Deserialize<T>(payload, context);
        }
        catch (Exception error)
        {
            throw new DurableSerializationException(
                $"The result of {request} at position {request.Position} ({payload.Length} characters) could not be read back as {typeof(T)}: {error.Message} " +
                "Make the type able to read what it writes, and what earlier versions wrote. [PDR0203]", error);
        }
    }
}
