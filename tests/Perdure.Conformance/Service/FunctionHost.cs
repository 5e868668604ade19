using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Conformance.Handlers;

namespace Perdure.Conformance.Service;

/// <summary>The functions of the suite on an engine over one folder, served over HTTP on a port of this machine alone.</summary>
internal sealed class FunctionHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FunctionHost(WebApplication app) => _app = app;

    public IPerdureClient Client => _app.Services.GetRequiredService<IPerdureClient>();

    public Uri Address => new(_app.Urls.Single());

    /// <param name="folder">Where the executions are kept.</param>
    /// <param name="functions">What is served; null to look only.</param>
    /// <param name="log">What they write.</param>
    public static async Task<FunctionHost> StartAsync(string folder, FunctionCatalogue? functions, RunLog log)
    {
        // Empty: no setting of the machine or of the folder it is started in has a say.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.AddProvider(new RunLogProvider(log)).AddFilter("Microsoft", LogLevel.Warning); // a line for each request is not what functions write
        builder.Services.AddRoutingCore();
        var perdure = builder.Services
            .AddPerdure(options => options.Serializer = new RawJsonSerializer())
            .UseSqlite(Path.Combine(folder, "conformance.db"));
        functions?.AddTo(perdure, log);
        builder.Services.AddPerdureServer();
        var app = builder.Build();
        app.MapPerdureApi();
        await app.StartAsync();
        return new FunctionHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
