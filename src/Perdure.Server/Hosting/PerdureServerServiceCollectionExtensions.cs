using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Perdure.Engine.Hosting;
using Perdure.Server;
using Perdure.Server.Authentication;
using Perdure.Server.Hosting;
using Perdure.Server.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Perdure's HTTP server to a host.</summary>
public static class PerdureServerServiceCollectionExtensions
{
    /// <summary>Adds what <c>app.MapPerdureApi()</c> needs. Call <c>AddPerdure()</c> too: the API serves that node.</summary>
    /// <remarks>Without credentials in its options, a host that listens on anything but this machine's loopback addresses fails to start.</remarks>
    public static IServiceCollection AddPerdureServer(this IServiceCollection services, Action<PerdureServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PerdureServerOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PerdureServerOptions>, PerdureServerOptionsValidator>());
        if (configure is not null) services.Configure(configure);
        services.TryAddSingleton(static provider => new ApiEngine(provider.GetRequiredService<PerdureHost>()));
        services.TryAddSingleton<Authenticator>();
        services.TryAddSingleton<OpenDoorCheck>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OpenDoorCheck>(static provider => provider.GetRequiredService<OpenDoorCheck>()));
        services.TryAddSingleton<ApiPipeline>();
        services.TryAddSingleton<HealthEndpoints>();
        return services;
    }
}
