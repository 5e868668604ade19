namespace Perdure;

/// <summary>Turns values into the text that is recorded, and back.</summary>
/// <remarks>
/// What a function receives has always been written and read back, on the first run as on every replay, so a serializer that loses
/// something loses it visibly and at once. Calls may come from any thread and must not block on durable work.
/// </remarks>
public interface IDurableSerializer
{
    /// <summary>The text of a value. It must not contain lone surrogates: it is stored as UTF-8.</summary>
    string Serialize<T>(T value, DurableSerializationContext context);

    /// <summary>The value of a text.</summary>
    T Deserialize<T>(string payload, DurableSerializationContext context);
}

/// <summary>What is being written or read.</summary>
/// <param name="EntityId">The operation's id.</param>
/// <param name="DurableExecutionArn">The execution.</param>
public readonly record struct DurableSerializationContext(string EntityId, string DurableExecutionArn);
