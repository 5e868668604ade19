using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Perdure.PayloadStores;

namespace Perdure;

/// <summary>The default serializer: System.Text.Json with the web defaults (camelCase names, case-insensitive reading).</summary>
/// <remarks>
/// With source-generated contexts it needs no reflection. Where reflection-based serialization is enabled it serves types that no
/// context knows; in trimmed and AOT-compiled apps, where it is not, such a type is refused by name [PDR0207]. Strings, numbers, dates
/// and <see cref="JsonElement"/> need no context. No type names are ever read from a payload.
/// </remarks>
public sealed class JsonDurableSerializer : IDurableSerializer, IPreviewingSerializer
{
    private readonly JsonSerializerOptions _options;
    private JsonPreview? _previews;

    /// <summary>A serializer with the default options; reflection-based where reflection is enabled.</summary>
    public JsonDurableSerializer() : this(Default)
    {
    }

    /// <summary>A serializer with these options.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public JsonDurableSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>A serializer with the default options that asks these contexts first, in order.</summary>
    /// <remarks>Names and text are written by Perdure's options, whatever options a context was generated with: adding a context does not change the record.</remarks>
    /// <param name="resolvers">Source-generated contexts, or resolvers of your own.</param>
    /// <exception cref="ArgumentNullException"><paramref name="resolvers"/> is null.</exception>
    public static JsonDurableSerializer WithResolvers(IEnumerable<IJsonTypeInfoResolver> resolvers)
    {
        ArgumentNullException.ThrowIfNull(resolvers);
        return new JsonDurableSerializer(CreateOptions(resolvers));
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">No context knows the type, and reflection-based serialization is off.</exception>
    public string Serialize<T>(T value, DurableSerializationContext context) => JsonSerializer.Serialize(value, TypeInfoOf<T>());

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">No context knows the type, and reflection-based serialization is off.</exception>
    public T Deserialize<T>(string payload, DurableSerializationContext context) =>
        JsonSerializer.Deserialize(payload, TypeInfoOf<T>())!; // null is a legal value where T allows it

    private JsonPreview Previews => LazyInitializer.EnsureInitialized(ref _previews, () => new JsonPreview(_options));

    bool IPreviewingSerializer.IsSensitive<T>(T value) => value is not null && Previews.IsSensitive(value);

    string? IPreviewingSerializer.Preview<T>(T value, int maxBytes) => Previews.Preview(value, maxBytes);

    /// <summary>Whether values of this type can be written at all.</summary>
    internal bool Knows(Type type) => _options.TryGetTypeInfo(type, out _);

    /// <summary>What to tell an author whose type no context knows.</summary>
    internal static string Unknown(Type type) =>
        $"no JSON context knows {type}. Add [JsonSerializable(typeof({type.Name}))] to a JsonSerializerContext, and that context with AddPerdure().AddJsonContext(...). [PDR0207]";

    private JsonTypeInfo<T> TypeInfoOf<T>() =>
        _options.TryGetTypeInfo(typeof(T), out var info) ? (JsonTypeInfo<T>)info : throw new NotSupportedException(Unknown(typeof(T)));

    private static readonly JsonSerializerOptions Default = CreateOptions([]);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where reflection-based serialization is enabled, which trimmed apps switch off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where reflection-based serialization is enabled, which AOT apps switch off.")]
    private static JsonSerializerOptions CreateOptions(IEnumerable<IJsonTypeInfoResolver> resolvers)
    {
        // Payloads are data, never markup: names and text stay readable in histories.
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        foreach (var resolver in resolvers) options.TypeInfoResolverChain.Add(resolver);
        if (JsonSerializer.IsReflectionEnabledByDefault) options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        else options.TypeInfoResolverChain.Add(BuiltInJson.Default);
        options.MakeReadOnly();
        return options;
    }
}
