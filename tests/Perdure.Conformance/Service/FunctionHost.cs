using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Conformance.Handlers;

namespace Perdure.Conformance.Service;

/// <summary>The functions of the suite on an embedded engine, over one folder.</summary>
internal sealed class FunctionHost : IAsyncDisposable
{
    private readonly IHost _host;

    private FunctionHost(IHost host) => _host = host;

    public IPerdureClient Client => _host.Services.GetRequiredService<IPerdureClient>();

    /// <param name="folder">Where the executions are kept.</param>
    /// <param name="functions">What is served; null to look only.</param>
    /// <param name="log">What they write.</param>
    public static async Task<FunctionHost> StartAsync(string folder, FunctionCatalogue? functions, RunLog log)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(new RunLogProvider(log));
        var perdure = builder.Services
            .AddPerdure(options => options.Serializer = new RawJsonSerializer())
            .UseSqlite(Path.Combine(folder, "conformance.db"));
        functions?.AddTo(perdure, log);
        var host = builder.Build();
        await host.StartAsync();
        return new FunctionHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
