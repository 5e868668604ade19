using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Perdure.Server.Http;

namespace Perdure.Server.Hosting;

/// <summary>What orchestrators and load balancers ask. No credentials: it says nothing of any execution.</summary>
internal sealed class HealthEndpoints(ApiEngine engine, IHostApplicationLifetime lifetime)
{
    /// <summary>The process answers. Whether it can serve is another question: restarting it would not help a store that is down.</summary>
    public static Task LiveAsync(HttpContext http) => Answer(StatusCodes.Status200OK, "live").WriteAsync(http.Response, http.RequestAborted);

    /// <summary>Whether requests should be sent here: the node runs, is not stopping, and its store answers.</summary>
    public async Task ReadyAsync(HttpContext http) => await (await LookAsync(http.RequestAborted).ConfigureAwait(false)).WriteAsync(http.Response, http.RequestAborted).ConfigureAwait(false);

    private async Task<ApiResult> LookAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Answer(StatusCodes.Status503ServiceUnavailable, "stopping");
        try
        {
            var lag = await engine.LagAsync(cancellationToken).ConfigureAwait(false);
            return Answer(StatusCodes.Status200OK, "ready", lag);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Answer(StatusCodes.Status503ServiceUnavailable, "unavailable");
        }
    }

    private static ApiResult Answer(int status, string word, TimeSpan? lag = null) => ApiResult.Json(status, json =>
    {
        json.WriteString("status", word);
        if (lag is { } waited) json.WriteNumber("lagSeconds", waited.TotalSeconds);
    });
}
