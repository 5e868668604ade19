using System.Reflection;

namespace Perdure.PayloadStores;

/// <summary>A serializer that can show a value in part, with sensitive members masked.</summary>
internal interface IPreviewingSerializer
{
    /// <summary>Whether the value's text would hold sensitive members.</summary>
    bool IsSensitive<T>(T value);

    /// <summary>At most this many bytes of JSON; null when the value cannot be shown.</summary>
    string? Preview<T>(T value, int maxBytes);
}

/// <summary>Where <see cref="SensitiveDataAttribute"/> is looked for.</summary>
internal static class Sensitive
{
    public const string Mask = "***";

    public static bool IsMarked(Type type) => (Nullable.GetUnderlyingType(type) ?? type).IsDefined(typeof(SensitiveDataAttribute), inherit: true);

    public static bool IsMarked(ICustomAttributeProvider? member) => member switch
    {
        MemberInfo info => Attribute.IsDefined(info, typeof(SensitiveDataAttribute), inherit: true), // an override is as sensitive as what it overrides
        null => false,
        _ => member.IsDefined(typeof(SensitiveDataAttribute), inherit: true),
    };
}
