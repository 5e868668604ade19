using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Perdure;

/// <summary>The default serializer: System.Text.Json with the web defaults (camelCase names, case-insensitive reading).</summary>
/// <remarks>
/// With source-generated contexts in <see cref="JsonSerializerOptions.TypeInfoResolver"/> it needs no reflection. No type names are
/// ever read from a payload.
/// </remarks>
public sealed class JsonDurableSerializer : IDurableSerializer
{
    private readonly JsonSerializerOptions _options;

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

    /// <inheritdoc/>
    public string Serialize<T>(T value, DurableSerializationContext context) =>
        JsonSerializer.Serialize(value, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));

    /// <inheritdoc/>
    public T Deserialize<T>(string payload, DurableSerializationContext context) =>
        JsonSerializer.Deserialize(payload, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)))!; // null is a legal value where T allows it

    private static readonly JsonSerializerOptions Default = CreateDefault();

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where reflection-based serialization is enabled, which trimmed apps switch off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where reflection-based serialization is enabled, which AOT apps switch off.")]
    private static JsonSerializerOptions CreateDefault()
    {
        // Payloads are data, never markup: names and text stay readable in histories.
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        if (JsonSerializer.IsReflectionEnabledByDefault) options.TypeInfoResolver = new DefaultJsonTypeInfoResolver();
        options.MakeReadOnly();
        return options;
    }
}
