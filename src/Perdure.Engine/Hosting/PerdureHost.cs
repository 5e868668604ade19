using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>Runs a node for the life of the host.</summary>
/// <remarks>It comes to its rest before anything else of the host stops: invocations that run outside of this process still record what they did, over a server that must listen for so long.</remarks>
internal sealed partial class PerdureHost : IHostedLifecycleService, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly PerdureOptions _options;
    private readonly IDurableSerializer _serializer;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private EngineNode? _node;

    public PerdureHost(IServiceProvider services, IOptions<PerdureOptions> options, ILoggerFactory loggers)
    {
        _services = services;
        _options = options.Value;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Perdure.Engine");
        _serializer = _options.CreateSerializer();
        Client = new InProcessClient(() => Node, _serializer);
    }

    public IPerdureClient Client { get; }

    public EngineNode Node => _node ?? throw new InvalidOperationException(
        "Perdure is not running yet: the host has not started. Use IPerdureClient after the host's StartAsync. [PDR0308]");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var store = _services.GetService<IExecutionStore>() ?? throw new InvalidOperationException(
            "Perdure has no store. Choose one: services.AddPerdure().UseSqlite() (package Perdure.Sqlite) keeps executions in the file perdure.db. [PDR0309]");
        var functions = new FunctionRegistry(_services.GetServices<FunctionDefinition>());
        functions.RequireServable(_serializer);
        var environment = new EngineEnvironment
        {
            Loggers = _loggers,
            PayloadStore = _services.GetService<IPayloadStore>(),
            PayloadOptions = _services.GetRequiredService<IOptions<PayloadStoreOptions>>().Value,
            Ids = _services.GetService<IdSource>() ?? SecureIdSource.Instance, // the test kit's is seeded
            Rules = new EngineRules
            {
                LeaseDuration = _options.LeaseDuration,
                DefaultRetention = _options.Retention,
                MaxCrashesWithoutProgress = _options.MaxCrashesWithoutProgress,
                MaxOperations = _options.MaxOperationsPerExecution,
            },
        };
        var runtime = new RuntimeOptions
        {
            DefaultStepRetry = _options.DefaultStepRetry,
            StrictDeterminism = _options.StrictDeterminism,
            OnNonDeterminism = _options.OnNonDeterminism,
            Probe = _services.GetService<InvocationProbe>(),
        };
        var host = new InvocationHost(_services, _serializer, runtime)
        {
            Interceptors = InterceptorChain.Of([.. _services.GetServices<IDurableInterceptor>()], _loggers),
        };
        var node = new NodeOptions($"{Environment.MachineName}:{Environment.ProcessId}:{environment.Ids.NextNonce()}")
        {
            MaxConcurrentInvocations = _options.MaxConcurrentInvocations,
        };
        _node = await EngineNode.StartAsync(store, environment, functions, host, node, cancellationToken).ConfigureAwait(false);
        LogStarted(_logger, functions.Names.Count, string.Join(", ", functions.Names.Order()));
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_node is { } node) await node.DrainAsync(_options.DrainTimeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For whoever stops this service alone, and not a host.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => StoppingAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _node?.Dispose();

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Perdure serves {Count} function(s): {Functions}")]
    private static partial void LogStarted(ILogger logger, int count, string functions);
}
