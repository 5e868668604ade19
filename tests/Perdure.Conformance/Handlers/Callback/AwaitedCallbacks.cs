using System.Globalization;
using System.Text.Json;

namespace Perdure.Conformance.Handlers.Callback;

/// <summary>One callback, awaited at once: its name, its answer, its failure, its timeouts, its serializer.</summary>
internal static class AwaitedCallbacks
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("4-1", (name, context) => context.AskAsync<string>(name))
        .Add("4-2", context => context.AskAsync<string>("approval"))
        .Add<string, string>("4-3", (name, context) => context.AskAsync<string>(name, new CallbackConfig { Timeout = TimeSpan.FromSeconds(5) }))
        .Add<string, string>("4-4", (name, context) => context.AskAsync<string>(name, new CallbackConfig { HeartbeatTimeout = TimeSpan.FromSeconds(5) }))
        .Add<string, string>("4-5", (name, context) => context.AskAsync<string>(name, new CallbackConfig { HeartbeatTimeout = TimeSpan.FromSeconds(10) }))
        .Add<string, string>("4-6", (name, context) => context.AskAsync<string>(name))
        .Add<string, Answer>("4-15", async (name, context) => new Answer(await context.AskAsync<Message>(name, new CallbackConfig { Serializer = MessageReader })))
        .Add<string, Count>("4-16", async (name, context) =>
        {
            var count = await context.AskAsync<int>(name, new CallbackConfig { Serializer = NumberReader });
            return new Count(count, count * 2);
        });

    private static readonly TextSerializer<Message> MessageReader = new(
        message => JsonSerializer.Serialize(message, JsonSerializerOptions.Web),
        text =>
        {
            var sent = JsonSerializer.Deserialize<Sent>(text, JsonSerializerOptions.Web) ?? throw new JsonException("The message is null.");
            return new Message(sent.Id, sent.Message, sent.Timestamp.ToUnixTimeSeconds());
        });

    private static readonly TextSerializer<int> NumberReader = new(
        number => number.ToString(CultureInfo.InvariantCulture), text => int.Parse(text, CultureInfo.InvariantCulture));

    private sealed record Sent(string Id, string Message, DateTimeOffset Timestamp);

    internal sealed record Message(string Id, [property: System.Text.Json.Serialization.JsonPropertyName("message")] string Text, long Timestamp);

    internal sealed record Answer(Message Received);

    internal sealed record Count([property: System.Text.Json.Serialization.JsonPropertyName("count")] int Value, int Doubled);
}
