using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Perdure;
using Perdure.Engine.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Perdure to a host.</summary>
public static class PerdureServiceCollectionExtensions
{
    /// <summary>Adds an embedded node and its <see cref="IPerdureClient"/>. Add functions and a store to the builder that it returns.</summary>
    public static IPerdureBuilder AddPerdure(this IServiceCollection services, Action<PerdureOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PerdureOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PerdureOptions>, PerdureOptionsValidator>());
        if (configure is not null) services.Configure(configure);
        services.TryAddSingleton<PerdureHost>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PerdureHost>(static provider => provider.GetRequiredService<PerdureHost>()));
        services.TryAddSingleton<IPerdureClient>(static provider => provider.GetRequiredService<PerdureHost>().Client);
        return new PerdureBuilder(services);
    }

    /// <summary>Adds a health check: whether the store answers, and how far behind the node is.</summary>
    public static IHealthChecksBuilder AddPerdure(this IHealthChecksBuilder builder, string name = "perdure")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<PerdureHealthCheck>(name);
    }
}
