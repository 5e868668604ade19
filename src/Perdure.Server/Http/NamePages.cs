using System.Text;
using System.Text.Json;
using Perdure.Client;

namespace Perdure.Server.Http;

/// <summary>Lists of names, page by page. A marker is the last name that was given: what is added or removed meanwhile moves no other.</summary>
internal static class NamePages
{
    private const int Most = 10_000;
    private const int Default = 50;

    /// <exception cref="InvalidMarkerException">The marker is not one of a list of names.</exception>
    public static ApiResult Json<T>(QueryValues query, string member, IEnumerable<T> all, Func<T, string> nameOf, Action<Utf8JsonWriter, T> write)
    {
        var maxItems = query.Number("MaxItems");
        var constraints = new Constraints();
        constraints.Range(maxItems, "maxItems", 1, Most);
        constraints.Require();
        var after = query.Text("Marker") is { Length: > 0 } marker ? Read(marker) : null;
        var rest = all.Where(item => after is null || string.CompareOrdinal(nameOf(item), after) > 0).OrderBy(nameOf, StringComparer.Ordinal).ToList();
        var page = rest.Take(maxItems ?? Default).ToList();
        return ApiResult.Json(200, json =>
        {
            json.WriteStartArray(member);
            foreach (var item in page)
            {
                json.WriteStartObject();
                write(json, item);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (rest.Count > page.Count) json.WriteString("NextMarker", Convert.ToBase64String(Encoding.UTF8.GetBytes(nameOf(page[^1]))));
        });
    }

    private static string Read(string marker)
    {
        var bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : throw new InvalidMarkerException();
    }
}
