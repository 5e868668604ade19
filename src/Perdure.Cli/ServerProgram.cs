using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Perdure.Cli;

/// <summary>Runs a server until it is told to end.</summary>
internal static class ServerProgram
{
    /// <returns>0 after an end that was asked for; 1 when it could not start, after saying why.</returns>
    public static async Task<int> RunAsync(Func<ServerSettings> read, CancellationToken cancellationToken)
    {
        try
        {
            var settings = read();
            var app = Build(settings);
            await using var _ = app.ConfigureAwait(false);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            Greeting.Write(Console.Out, settings, app.Urls);
            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception error) when (Explain(error) is { } explained)
        {
            await Console.Error.WriteLineAsync(explained).ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>A server of these settings, not started.</summary>
    public static WebApplication Build(ServerSettings settings)
    {
        // Empty: settings of the folder that it is started in, or of other programs, have no say.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        settings.Listen(builder.WebHost);
        builder.Logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
        builder.Services.Configure<ConsoleLifetimeOptions>(static console => console.SuppressStatusMessages = true);
        settings.AddTo(builder.Services);
        var app = builder.Build();
        app.MapPerdureApi();
        return app;
    }

    /// <summary>What the user can do something about; null for a mistake of ours, which shows itself whole.</summary>
    private static string? Explain(Exception error) => error switch
    {
        ConfigException => error.Message,
        Microsoft.Extensions.Options.OptionsValidationException => error.Message,
        IOException { InnerException: { } inner } when inner is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException =>
            $"{error.Message.TrimEnd('.')}. Is another server running? Choose another port with --port (dev) or --urls (serve).",
        DurableExecutionException or InvalidOperationException or IOException or UnauthorizedAccessException => error.Message,
        _ => null,
    };
}
