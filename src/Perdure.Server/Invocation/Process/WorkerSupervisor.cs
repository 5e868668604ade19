using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Perdure.Engine.Executions;

namespace Perdure.Server.Invocation.Process;

/// <summary>Has the workers of all functions of this host. They end after the node has come to its rest: until then they may be at work.</summary>
internal sealed class WorkerSupervisor(
    WorkerKey key, IOptions<PerdureServerOptions> options, ILoggerFactory loggers, TimeProvider clock, IServer? server = null) : IHostedLifecycleService
{
    private readonly ConcurrentDictionary<WorkerCommand, Lazy<WorkerPool>> _pools = new(ReferenceEqualityComparer.Instance);

    public WorkerPool PoolOf(WorkerCommand command, WorkerLimits limits) => _pools.GetOrAdd(
        command,
        _ => new Lazy<WorkerPool>(() => new WorkerPool(
            command, limits, Service, clock, new WorkerLog(loggers.CreateLogger($"Perdure.Functions.{command.Function}"), command.Function)))).Value;

    private WorkerService Service() => new(options.Value.WorkerEndpoint ?? OwnAddress(), ExecutionArn.Region, key.AccessKeyId, key.SecretAccessKey);

    /// <summary>An address that this server listens on, as it is reached from this machine.</summary>
    private Uri OwnAddress()
    {
        var addresses = server?.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse) ?? [];
        var own = addresses.Where(static address => !address.IsUnixPipe && !address.IsNamedPipe).OrderBy(static address => address.Scheme == Uri.UriSchemeHttp ? 0 : 1).FirstOrDefault()
            ?? throw new InvalidOperationException(
                "Workers are told where the API is, and this server listens on no address that they could reach. " +
                $"Listen on http://127.0.0.1 too, or set {nameof(PerdureServerOptions)}.{nameof(PerdureServerOptions.WorkerEndpoint)}.");
        var host = own.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : own.Host;
        return new Uri($"{own.Scheme}://{host}:{own.Port}{own.PathBase}");
    }

    public async Task StoppedAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_pools.Values.Select(static pool => pool.Value.DisposeAsync().AsTask())).ConfigureAwait(false);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The key with which this host's workers sign: made when it starts, never stored, good for checkpoints alone.</summary>
/// <remarks>It is good for all functions: what a worker may record is limited by the token of its invocation, which names one execution.</remarks>
internal sealed class WorkerKey : IPostConfigureOptions<PerdureServerOptions>
{
    public string AccessKeyId { get; } = $"PERDUREWORKER{RandomNumberGenerator.GetHexString(16)}";

    public string SecretAccessKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    public void PostConfigure(string? name, PerdureServerOptions options)
    {
        // A server without credentials stays one: this key alone must not open it to other machines.
        if (options.RequiresCredentials) options.AccessKeys.Add(new ServerAccessKey(AccessKeyId, SecretAccessKey) { Rights = ApiRights.Execute });
    }
}
