using System.Text.Json;

namespace Perdure.Conformance;

/// <summary>Our enums in the words of the wire, such as <c>TIMED_OUT</c>.</summary>
internal static class WireWord
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
