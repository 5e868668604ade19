namespace Perdure;

/// <summary>Keeps a member, or every value of a type, out of the record: with a payload store it is shown as <c>***</c>.</summary>
/// <remarks>
/// <para>
/// A value whose type has such members, however deep, always goes to the payload store; the journal, the history and whatever shows
/// them hold a preview in which the members are masked. Without a payload store the attribute changes nothing.
/// </para>
/// <para>
/// On a parameter of a record's primary constructor it means the property. It is read by <see cref="JsonDurableSerializer"/>, with
/// source-generated contexts too; a type with a converter of its own is opaque, so mark the type or the member that holds it. A serializer
/// of your own is asked for no preview, and only types that are marked themselves are recognised. Messages of exceptions are text like
/// any other: do not put sensitive data into them.
/// </para>
/// </remarks>
[AttributeUsage(
    AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter
    | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Enum)]
public sealed class SensitiveDataAttribute : Attribute;
