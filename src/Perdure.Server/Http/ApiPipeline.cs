using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Perdure.Server.Api;
using Perdure.Server.Authentication;
using Perdure.Server.Hosting;

namespace Perdure.Server.Http;

/// <summary>The way of every request: room for it, its route, who asks, its operation, its answer. There is no other way in.</summary>
internal sealed partial class ApiPipeline(
    ApiEngine engine, Authenticator authenticator, OpenDoorCheck door, IHostApplicationLifetime lifetime, IOptions<PerdureServerOptions> options, ILogger<ApiPipeline> logger)
{
    private readonly RequestGate _gate = new(options.Value.MaxConcurrentRequests, options.Value.MaxWaitingInvocations, options.Value.MaxBufferedBytes);

    public async Task HandleAsync(HttpContext http)
    {
        // Held until the answer has been taken: whoever reads slowly keeps an answer in memory, and is one of those that the server works for.
        RequestGate.Place? place = null;
        try
        {
            ApiResult result;
            try
            {
                place = _gate.Enter();
                result = await AnswerAsync(http, place).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                return; // nobody is left to answer to
            }
            catch (Exception error)
            {
                var refusal = ApiErrors.Of(error);
                if (refusal.Error.Status == StatusCodes.Status500InternalServerError) LogFailed(logger, http.Request.Method, http.TraceIdentifier, error);
                result = ApiResult.Of(refusal);
            }

            http.Response.Headers["x-amzn-RequestId"] = http.TraceIdentifier;
            await result.WriteAsync(http.Response, http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            place?.Dispose();
        }
    }

    private async Task<ApiResult> AnswerAsync(HttpContext http, RequestGate.Place place)
    {
        door.Require(http);
        var target = RawTarget(http);
        if (!ApiPath.TrySplit(PathIn(target), out var segments) || !DurableApi.TryFind(http.Request.Method, segments, out var operation, out var labels))
            throw new ApiException(ApiErrors.UnknownOperation, "No operation of the API has this method and path.");

        // Invocations that run elsewhere are waited for, and are to record what they did.
        if (lifetime.ApplicationStopping.IsCancellationRequested && operation.Right != ApiRights.Execute) throw ApiErrors.TryLater("The server is stopping; try again.");

        // What can be said without the body is said before it is read: most callers are known by then.
        var claim = authenticator.Examine(http, target);
        if (claim.Holder is { } holder) Admit(holder, operation, place);
        var body = await RequestBody.ReadAsync(http, Math.Min(operation.MaxBodyBytes, options.Value.MaxRequestBodyBytes), place).ConfigureAwait(false);
        var caller = claim.Prove(body);
        Admit(caller, operation, place);
        return await operation.RunAsync(new ApiRequest
        {
            Http = http,
            Engine = engine,
            Caller = caller,
            Labels = labels,
            Body = body,
            Place = place,
            Stopping = lifetime.ApplicationStopping,
        }).ConfigureAwait(false);
    }

    private static void Admit(ApiCaller caller, ApiOperation operation, RequestGate.Place place)
    {
        caller.Require(operation.Right);
        place.ReserveFor(caller);
    }

    /// <summary>The request's target as it was sent: what ASP.NET decodes of it, and what it leaves, is no longer what was signed.</summary>
    private static string RawTarget(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (target.StartsWith('/') || scheme < 0) return target;
        var path = target.IndexOf('/', scheme + 3); // a proxy's form of a request, with the server's name in front
        return path < 0 ? "/" : target[path..];
    }

    /// <summary>The path from the API's version on, without what an app put in front of it.</summary>
    private static string PathIn(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var starts = DurableApi.Versions.Select(version => path.IndexOf($"/{version}/", StringComparison.Ordinal)).Where(static at => at >= 0).ToList();
        return starts.Count == 0 ? "" : path[(starts.Min() + 1)..];
    }

    [LoggerMessage(EventId = 501, Level = LogLevel.Error, Message = "A {Method} request could not be answered ({RequestId}).")]
    private static partial void LogFailed(ILogger logger, string method, string requestId, Exception error);
}
