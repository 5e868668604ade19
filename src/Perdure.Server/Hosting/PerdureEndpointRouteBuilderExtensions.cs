using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Hosting;
using Perdure.Server.Api;
using Perdure.Server.Hosting;
using Perdure.Server.Http;
using Perdure.Server.OpenApi;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves Perdure over HTTP.</summary>
public static class PerdureEndpointRouteBuilderExtensions
{
    /// <summary>Maps the API of AWS Lambda durable functions, so that AWS SDKs and tools in every language can use this app as their endpoint.</summary>
    /// <remarks>
    /// Besides: <c>/perdure/openapi.json</c> describes the API, <c>/perdure/live</c> and <c>/perdure/ready</c> answer orchestrators and load
    /// balancers. These three need no credentials and say nothing of any execution.
    /// </remarks>
    /// <param name="endpoints">The app, or a group of it with a prefix.</param>
    /// <returns>For conventions of the app's own.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPerdure()</c> or <c>AddPerdureServer()</c> is missing.</exception>
    public static IEndpointConventionBuilder MapPerdureApi(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.ServiceProvider.GetService<PerdureHost>() is null || endpoints.ServiceProvider.GetService<ApiPipeline>() is not { } pipeline)
            throw new InvalidOperationException("MapPerdureApi() serves the node of this app: call services.AddPerdure() and services.AddPerdureServer() before the app is built.");
        var group = endpoints.MapGroup("");
        foreach (var version in DurableApi.Versions) group.Map($"/{version}/{{**path}}", pipeline.HandleAsync);
        group.MapGet("/perdure/openapi.json", static http => new ApiResult(StatusCodes.Status200OK, OpenApiDocument.Bytes, "application/json").WriteAsync(http.Response, http.RequestAborted));
        group.MapGet("/perdure/live", HealthEndpoints.LiveAsync);
        group.MapGet("/perdure/ready", endpoints.ServiceProvider.GetRequiredService<HealthEndpoints>().ReadyAsync);
        return group;
    }
}
