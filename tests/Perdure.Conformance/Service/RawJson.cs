namespace Perdure.Conformance.Service;

/// <summary>A payload that is serialized already. The suite compares what is recorded byte by byte, spaces included.</summary>
internal sealed record RawJson(string Text);

/// <summary>Lets text that is serialized already through as it is; everything else is written by the default serializer.</summary>
internal sealed class RawJsonSerializer : IDurableSerializer
{
    private readonly JsonDurableSerializer _json = new();

    public string Serialize<T>(T value, DurableSerializationContext context) => value is RawJson raw ? raw.Text : _json.Serialize(value, context);

    public T Deserialize<T>(string payload, DurableSerializationContext context) =>
        typeof(T) == typeof(RawJson) ? (T)(object)new RawJson(payload) : _json.Deserialize<T>(payload, context);
}
