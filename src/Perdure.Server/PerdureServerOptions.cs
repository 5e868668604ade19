namespace Perdure.Server;

/// <summary>How the API is served. Validated when the host starts.</summary>
/// <remarks>
/// Without credentials the API answers on this machine alone: a host that listens anywhere else then refuses to start. With at least
/// one, every request needs one, also on this machine.
/// </remarks>
public sealed class PerdureServerOptions
{
    /// <summary>Keys with which AWS SDKs and tools sign their requests (Signature Version 4).</summary>
    public IList<ServerAccessKey> AccessKeys { get; } = [];

    /// <summary>Keys that are sent as <c>Authorization: Bearer</c>. Only over TLS: whoever reads one can use it.</summary>
    public IList<ServerApiKey> ApiKeys { get; } = [];

    /// <summary>By how much the clock of whoever signs may differ. 1 s to 15 min; default 5 minutes.</summary>
    public TimeSpan AllowedClockSkew { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Largest body of a request, in bytes. 1 MiB to 64 MiB; default 16 MiB. What an operation takes may be less.</summary>
    public int MaxRequestBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Requests that are worked on at the same time; the next one is answered 429 with <c>Retry-After</c>. 1 to 100,000; default 1,000.</summary>
    public int MaxConcurrentRequests { get; set; } = 1_000;

    /// <summary>Synchronous invocations that wait for an execution's end at the same time. 1 to 100,000; default 10,000.</summary>
    public int MaxWaitingInvocations { get; set; } = 10_000;

    /// <summary>Bodies that are in memory at the same time, in bytes; a request that would exceed it is answered 429. From <see cref="MaxRequestBodyBytes"/> to 1 TiB; default 512 MiB.</summary>
    /// <remarks>The signature of a request without <c>x-amz-content-sha256</c> can be verified only with the whole body, so this is also what callers without a credential can occupy.</remarks>
    public long MaxBufferedBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Where worker processes of this host find the API. Null, the default: an address that this server listens on, plain HTTP if there is one.</summary>
    public Uri? WorkerEndpoint { get; set; }

    internal bool RequiresCredentials => AccessKeys.Count + ApiKeys.Count > 0;
}
