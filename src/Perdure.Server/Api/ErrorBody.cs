using System.Text.Json;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>A body that is an error object, as those of stop and of a failed callback are.</summary>
internal static class ErrorBody
{
    /// <summary>More than an error may have: one that is somewhat too large is told so, not that its request is.</summary>
    public const int MaxBytes = 2 * PerdureLimits.MaxErrorBytes;

    /// <summary>The error; null when none was given. Absent members stay absent.</summary>
    public static ErrorObject? Read(ReadOnlyMemory<byte> body)
    {
        var json = JsonBody.Parse(body);
        return json.IsEmpty ? null : json.Element.Deserialize(ServiceJson.Default.ErrorObject);
    }
}
