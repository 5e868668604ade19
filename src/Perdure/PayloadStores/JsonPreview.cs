using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Perdure.PayloadStores;

/// <summary>Writes values a second time, as their serializer does, with sensitive members masked and only as much as is shown.</summary>
/// <remarks>
/// Masking is a modifier of the type information, so it works with source-generated contexts as with reflection, at any depth. Whether
/// a type is sensitive at all is found once by walking the same information; behind <c>object</c> only a value can tell.
/// </remarks>
internal sealed class JsonPreview
{
    private readonly JsonSerializerOptions _plain;
    private readonly JsonSerializerOptions _masked;
    private readonly ConcurrentDictionary<Type, Sensitivity> _known = [];

    public JsonPreview(JsonSerializerOptions options)
    {
        _plain = options;
        _masked = new JsonSerializerOptions(options) { WriteIndented = false };
        if (options.TypeInfoResolver is { } resolver) _masked.TypeInfoResolver = resolver.WithAddedModifier(MaskMembers);
        _masked.Converters.Insert(0, MaskConverter.ForMarkedTypes);
    }

    private enum Sensitivity
    {
        /// <summary>Nothing is marked.</summary>
        None,

        /// <summary>It holds an <c>object</c>: the value decides.</summary>
        Depends,

        /// <summary>Something is marked.</summary>
        Marked,
    }

    public bool IsSensitive<T>(T value) => SensitivityOf(typeof(T)) switch
    {
        Sensitivity.Marked => true,
        Sensitivity.Depends => IsMaskedIn(value),
        _ => false,
    };

    private bool IsMaskedIn<T>(T value)
    {
        try
        {
            return MaskConverter.Watch(() => JsonSerializer.Serialize(Stream.Null, value, Masked<T>()));
        }
        catch (Exception)
        {
            return true; // it cannot be told: then it is not shown
        }
    }

    /// <summary>Never fails: a value that can be written but not masked is not shown.</summary>
    public string? Preview<T>(T value, int maxBytes)
    {
        using var start = new StartOfStream(maxBytes + 1);
        try
        {
            JsonSerializer.Serialize(start, value, Masked<T>());
        }
        catch (StreamFullException)
        {
            // Enough for a preview: the rest of a large value need not be written twice.
        }
        catch (Exception)
        {
            return null;
        }

        return JsonCut.ToFit(start.Written, maxBytes);
    }

    private JsonTypeInfo<T> Masked<T>() => (JsonTypeInfo<T>)_masked.GetTypeInfo(typeof(T));

    private static void MaskMembers(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
        {
            if (!IsMarked(member)) continue;
            if (member.IsExtensionData) member.ShouldSerialize = static (_, _) => false; // its members would go on under names of their own
            else member.CustomConverter = MaskConverter.Instance;
        }
    }

    private static bool IsMarked(JsonPropertyInfo member) =>
        Sensitive.IsMarked(member.AttributeProvider) || Sensitive.IsMarked(member.AssociatedParameter?.AttributeProvider);

    private Sensitivity SensitivityOf(Type type) => _known.GetOrAdd(type, static (root, self) => self.Walk(root, []), this);

    private Sensitivity Walk(Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type)) return Sensitivity.None;
        if (Sensitive.IsMarked(type)) return Sensitivity.Marked;
        if (type == typeof(object)) return Sensitivity.Depends;
        if (TypeInfoOf(type) is not { } info) return Sensitivity.None;
        if (info.Properties.Any(IsMarked)) return Sensitivity.Marked;

        IEnumerable<Type?> parts =
        [
            info.ElementType, info.KeyType, Nullable.GetUnderlyingType(type),
            .. info.Properties.Where(static member => member.Get is not null).Select(static member => member.PropertyType),
            .. info.PolymorphismOptions?.DerivedTypes.Select(static derived => derived.DerivedType) ?? [],
        ];
        return parts.OfType<Type>().Select(part => Walk(part, seen)).DefaultIfEmpty(Sensitivity.None).Max();
    }

    private JsonTypeInfo? TypeInfoOf(Type type)
    {
        try
        {
            return _plain.TryGetTypeInfo(type, out var info) ? info : null;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            return null; // such a member cannot be written, and whoever tries is told why
        }
    }

    /// <summary>Writes the mask in place of whatever it is put on, and tells that it did.</summary>
    private sealed class MaskConverter(Func<Type, bool> applies) : JsonConverter<object?>
    {
        [ThreadStatic]
        private static bool _wrote;

        public static MaskConverter Instance { get; } = new(static _ => true);

        public static MaskConverter ForMarkedTypes { get; } = new(Sensitive.IsMarked);

        /// <summary>Whether anything was masked while the action ran. It must stay on its thread.</summary>
        public static bool Watch(Action action)
        {
            _wrote = false;
            action();
            return _wrote;
        }

        public override bool CanConvert(Type typeToConvert) => applies(typeToConvert);

        public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A preview is not read back.");

        public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
        {
            _wrote = true;
            writer.WriteStringValue(Sensitive.Mask);
        }

        public override void WriteAsPropertyName(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
        {
            _wrote = true;
            writer.WritePropertyName(Sensitive.Mask);
        }
    }
}
