using System.Reflection;

namespace Perdure;

/// <summary>Gives an exception class a stable code in the record: renaming the class then breaks no running execution.</summary>
/// <param name="code">What <see cref="ErrorObject.ErrorType"/> is recorded as.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DurableErrorAttribute(string code) : Attribute
{
    /// <summary>The code.</summary>
    public string Code => code;

    internal static string? NameOf(Type exceptionType) => exceptionType.GetCustomAttribute<DurableErrorAttribute>()?.Code ?? exceptionType.FullName;
}
