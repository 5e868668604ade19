using System.Globalization;
using Microsoft.AspNetCore.Http;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>A request's query, read by type. What cannot be converted is refused before anything else is looked at.</summary>
internal sealed class QueryValues(IQueryCollection query)
{
    public string? Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    public IReadOnlyList<string> List(string name) => query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];

    public bool Flag(string name, bool otherwise) => Text(name) switch
    {
        null => otherwise,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw CannotConvert(text, "Boolean"),
    };

    public int? Number(string name) => Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw CannotConvert(text, "Integer"),
    };

    /// <summary>An ISO-8601 instant or date, or seconds since 1970.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return seconds is >= 0 and < 253_402_300_799 ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) : throw CannotConvert(text, "Date");
        const DateTimeStyles Universal = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, Universal, out var at) ? at : throw CannotConvert(text, "Date");
    }

    private static readonly string[] Formats =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    private static ApiException CannotConvert(string text, string type) => new(ApiErrors.Serialization, $"'{text}' can not be converted to {type}");
}
