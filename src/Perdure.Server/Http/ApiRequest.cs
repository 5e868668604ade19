using Microsoft.AspNetCore.Http;
using Perdure.Server.Authentication;

namespace Perdure.Server.Http;

/// <summary>A request whose route is known and whose caller is who they say: what an operation works on.</summary>
internal sealed record ApiRequest
{
    public required HttpContext Http { get; init; }

    public required ApiEngine Engine { get; init; }

    public required ApiCaller Caller { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Fires when nobody waits for the answer any more.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Its place among the requests that the server works on.</summary>
    public required RequestGate.Place Place { get; init; }

    /// <summary>Fires when the host begins to stop.</summary>
    public required CancellationToken Stopping { get; init; }

    public QueryValues Query => new(Http.Request.Query);

    /// <summary>The body is not needed any more: others may use its room, such as the callbacks that this request waits for.</summary>
    public void ForgetBody()
    {
        Body = default;
        Place.ReleaseBytes();
    }

    public string? Header(string name) => Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}
