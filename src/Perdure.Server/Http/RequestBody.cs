using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>Reads a body whole, up to a limit.</summary>
internal static class RequestBody
{
    /// <remarks>Room is taken for what has come, not for what was announced: announcing costs nothing.</remarks>
    /// <exception cref="ApiException">It is larger than that, or there is no room for it.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, int most, RequestGate.Place place)
    {
        if (http.Request.ContentLength > most) throw TooLarge(most);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
        if (http.Request.ContentLength == 0) return default;
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > most) throw TooLarge(most);
            place.ReserveBytes(read);
            body.Write(chunk, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static ApiException TooLarge(int most) => new(ApiErrors.RequestTooLarge, $"Request must be smaller than {most} bytes");
}
