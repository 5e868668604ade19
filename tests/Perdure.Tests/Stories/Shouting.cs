namespace Perdure.Tests.Stories;

/// <summary>A serializer that is told from the default one at a glance.</summary>
internal sealed class Shouting : IDurableSerializer
{
    public string Serialize<T>(T value, DurableSerializationContext context) => $"{value}".ToUpperInvariant();

    public T Deserialize<T>(string payload, DurableSerializationContext context) => (T)(object)payload;
}
