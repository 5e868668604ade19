namespace Perdure.Conformance.Handlers;

/// <summary>A serializer of one type, made of two functions.</summary>
internal sealed class TextSerializer<TValue>(Func<TValue, string> write, Func<string, TValue> read) : IDurableSerializer
{
    public string Serialize<T>(T value, DurableSerializationContext context) => write((TValue)(object)value!); // given to operations of this type alone

    public T Deserialize<T>(string payload, DurableSerializationContext context) => (T)(object)read(payload)!;
}
