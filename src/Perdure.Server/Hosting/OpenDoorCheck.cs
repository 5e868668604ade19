using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Perdure.Server.Api;

namespace Perdure.Server.Hosting;

/// <summary>Without credentials the API is for this machine alone: a host that listens anywhere else does not start.</summary>
/// <remarks>
/// What a host listens on is known only when it does. Until it has been looked at nothing is answered, and each connection is looked at
/// once more: it may have come through something that the host does not know of.
/// </remarks>
internal sealed class OpenDoorCheck(IOptions<PerdureServerOptions> options, IServer? server = null) : IHostedLifecycleService
{
    private volatile bool _passed;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var open = options.Value.RequiresCredentials
            ? []
            : server?.Features.Get<IServerAddressesFeature>()?.Addresses.Where(static address => !IsLocal(address)).ToList() ?? [];
        if (open.Count > 0)
        {
            throw new InvalidOperationException(
                $"The Perdure API has no credentials and listens on {string.Join(", ", open)}: whoever reaches that address could run, read and delete everything. " +
                "Add a credential, as with services.AddPerdureServer(options => options.ApiKeys.Add(new ServerApiKey(\"ops\", key))), " +
                "or listen on this machine alone, as with --urls http://127.0.0.1:8080. [PDR0501]");
        }

        _passed = true;
        return Task.CompletedTask;
    }

    /// <summary>Refuses a request that comes before the check, or, without credentials, from elsewhere.</summary>
    /// <exception cref="ApiException">It is refused.</exception>
    public void Require(HttpContext http)
    {
        if (!_passed) throw ApiErrors.TryLater("The server is starting; try again.");
        if (options.Value.RequiresCredentials) return;
        if (http.Connection.LocalIpAddress is { } local && !IPAddress.IsLoopback(local))
            throw Refused("This server has no credentials and answers on its own machine alone.");

        // A web page can make its visitor's browser call this machine, under a name of the page's own or across origins.
        if (!IsLocalHost(http.Request.Host.Host)) throw Refused($"This server has no credentials and answers to localhost alone, not to '{http.Request.Host.Host}'.");
        if (http.Request.Headers.Origin.Count > 0 && http.Request.Headers.Origin != $"{http.Request.Scheme}://{http.Request.Host}")
            throw Refused("This server has no credentials and does not answer to pages of other origins.");
    }

    private static ApiException Refused(string message) => new(ApiErrors.AccessDenied, message);

    private static bool IsLocal(string address)
    {
        var parsed = BindingAddress.Parse(address);
        return parsed.IsUnixPipe || parsed.IsNamedPipe || IsLocalHost(parsed.Host);
    }

    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
