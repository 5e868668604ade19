using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Perdure.Server;
using Perdure.Server.Invocation.Process;

namespace Perdure;

/// <summary>Adds functions whose code runs outside of the node.</summary>
public static class RemoteFunctionBuilderExtensions
{
    /// <summary>Serves a function in processes of its own that speak the Lambda Runtime API, as Lambda functions in every language do.</summary>
    /// <remarks>
    /// Processes are started when they are needed, kept for the next invocation, and ended with the server. They record their progress over
    /// the API: map it with <c>app.MapPerdureApi()</c>. Anybody who can run programs on this machine can reach a worker's Runtime API.
    /// </remarks>
    /// <param name="builder">The host's.</param>
    /// <param name="name">1 to 64 characters of <c>[a-zA-Z0-9-_]</c>.</param>
    /// <param name="command">A line for the shell, such as <c>node handler.mjs</c>: Node.js programs that export a handler need nothing else.</param>
    /// <param name="configure">Changes its options.</param>
    /// <exception cref="ArgumentException">A name, a limit or the command is not valid, or the name is taken.</exception>
    public static IPerdureBuilder AddProcessFunction(this IPerdureBuilder builder, string name, string command, Action<ProcessFunctionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (string.IsNullOrWhiteSpace(command)) throw new ArgumentException($"The command of function '{name}' is empty; it must start a program, such as 'node handler.mjs'.", nameof(command));
        var options = new ProcessFunctionOptions();
        configure?.Invoke(options);
        options.RequireValid(name);
        var workers = new WorkerCommand(name, command)
        {
            WorkingDirectory = options.WorkingDirectory,
            Handler = options.Handler,
            Environment = options.Environment.ToFrozenDictionary(),
            PassedEnvironment = options.PassedEnvironment.ToFrozenSet(),
        };
        var limits = new WorkerLimits(options.Concurrency, options.Timeout, options.StartTimeout);
        PerdureBuilder.Add(builder.Services, options.Define(name, new ProcessInvoker(workers, limits, options.IsDurable)));
        AddSupervisor(builder.Services);
        return builder;
    }

    private static void AddSupervisor(IServiceCollection services)
    {
        services.AddPerdureServer();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<WorkerKey>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<PerdureServerOptions>, WorkerKey>(static provider => provider.GetRequiredService<WorkerKey>()));
        services.TryAddSingleton<WorkerSupervisor>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, WorkerSupervisor>(static provider => provider.GetRequiredService<WorkerSupervisor>()));
    }
}
