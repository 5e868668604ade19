using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Engine.Hosting;
using Perdure.Storage;

namespace Perdure.Testing;

/// <summary>The real engine on a memory store and a manual clock: days pass in milliseconds, and only when the test says so.</summary>
/// <remarks>
/// <see cref="CrashAsync"/> ends the node as <c>kill -9</c> would and starts another on the same store. Determinism is strict: code that
/// awaits something foreign fails its execution.
/// </remarks>
public sealed class DurableTestHost : IAsyncDisposable
{
    private readonly Action<IPerdureBuilder> _configure;
    private readonly Action<PerdureOptions>? _options;
    private readonly IExecutionStore _store;
    private readonly FaultPlan _faults;
    private readonly SemaphoreSlim _restarting = new(1);
    private NodeConnection _connection = null!; // made with each node, the first before anybody has this host
    private ServiceProvider? _services;

    private DurableTestHost(
        Action<IPerdureBuilder> configure, Action<PerdureOptions>? options, ManualTimeProvider clock, IExecutionStore? store, FaultPlan? faults)
    {
        _configure = configure;
        _options = options;
        _faults = faults ?? new FaultPlan([]);
        Clock = clock;
        _store = store ?? new InMemoryStore(clock);
    }

    /// <summary>The engine's clock.</summary>
    public ManualTimeProvider Clock { get; }

    /// <summary>Starts executions and answers their callbacks.</summary>
    public IPerdureClient Client => Host.Client;

    /// <summary>The store that survives crashes.</summary>
    public IExecutionStore Store => _store;

    /// <summary>The running node's connection to the store.</summary>
    internal NodeConnection Connection => _connection;

    /// <summary>Told after every commit, of whichever node.</summary>
    internal Action? OnCommitted { get; set; }

    internal PerdureHost Host => Services.GetRequiredService<PerdureHost>();

    private ServiceProvider Services => _services ?? throw new ObjectDisposedException(nameof(DurableTestHost));

    /// <summary>Starts a host.</summary>
    /// <param name="configure">Adds functions, and services that they depend on.</param>
    /// <param name="options">Changes the engine's options.</param>
    /// <param name="store">Another store than a fresh one in memory; its clock must be <paramref name="clock"/>.</param>
    /// <param name="clock">The clock; a fresh one when null.</param>
    public static Task<DurableTestHost> StartAsync(
        Action<IPerdureBuilder> configure, Action<PerdureOptions>? options = null, IExecutionStore? store = null, ManualTimeProvider? clock = null) =>
        StartAsync(configure, options, store, clock, faults: null);

    internal static async Task<DurableTestHost> StartAsync(
        Action<IPerdureBuilder> configure, Action<PerdureOptions>? options, IExecutionStore? store, ManualTimeProvider? clock, FaultPlan? faults)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var host = new DurableTestHost(configure, options, clock ?? new ManualTimeProvider(), store, faults);
        await host.StartNodeAsync().ConfigureAwait(false);
        return host;
    }

    private async Task StartNodeAsync()
    {
        var connection = new NodeConnection(_store, _faults) { OnCommitted = () => OnCommitted?.Invoke() };
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(connection);
        var builder = services.AddPerdure(options =>
        {
            options.StrictDeterminism = true;
            options.OnNonDeterminism = NonDeterminismPolicy.Fail; // a test should end, and say why
            _options?.Invoke(options);
        });
        _configure(builder);
        builder.UseStore(_ => connection);
        var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<PerdureHost>().StartAsync(CancellationToken.None).ConfigureAwait(false);

        // Known only now that it runs: whoever calls meanwhile finds the dead one, and waits.
        (_services, _connection) = (provider, connection);
    }

    /// <summary>Lets everything run that can run without time passing.</summary>
    public async Task SettleAsync()
    {
        while (true)
        {
            var connection = _connection;
            await Task.WhenAny(Host.Node.Core.Activity.WhenIdleAsync(), connection.Death).ConfigureAwait(false);
            if (!connection.IsDead) return;
            await ReplaceAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the clock on while a body of a node runs, from timer to timer, each time letting the engine do what falls due.</summary>
    internal async Task PassWhileBusyAsync(NodeConnection node, TimeSpan by)
    {
        // A new node's first bodies begin before it is known.
        await _restarting.WaitAsync().ConfigureAwait(false);
        _restarting.Release();
        var target = Clock.GetUtcNow() + by;
        while (Clock.GetUtcNow() < target && !node.IsDead)
        {
            Clock.AdvanceTo(Clock.NextTimer is { } next && next < target ? next : target);

            // Bodies do not tell when they wait for nothing but this clock; all else that goes on is the engine's own, and ends by itself.
            while (!node.IsDead && Host.Node.Core.Activity.Count > Host.Node.ActiveInvocations.Count())
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Lets everything run, then moves the clock to the next instant at which something is due.</summary>
    /// <returns>False when nothing is due, ever.</returns>
    public async Task<bool> JumpAsync()
    {
        await SettleAsync().ConfigureAwait(false);
        if (await NextDueAsync().ConfigureAwait(false) is not { } due) return false;
        Clock.AdvanceTo(due);
        await SettleAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>When anything is next due; null for never.</summary>
    internal async Task<DateTimeOffset?> NextDueAsync()
    {
        var due = await _store.NextDueAsync(CancellationToken.None).ConfigureAwait(false);
        return due.Count == 0 ? null : due.Min(static queue => queue.DueAt);
    }

    /// <summary>Has the STARTs of running bodies recorded now, which else wait a moment for company.</summary>
    internal void RecordRunningBodies()
    {
        foreach (var invocation in Host.Node.ActiveInvocations) invocation.Signals.Changed();
    }

    /// <summary>Moves the clock on and lets everything run that fell due.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await SettleAsync().ConfigureAwait(false);
        var target = Clock.GetUtcNow() + by;

        // From one due instant to the next: what an earlier one starts may fall due before the target too.
        while (true)
        {
            var next = await NextDueAsync().ConfigureAwait(false) ?? target;
            if (next >= target) break;
            if (next <= Clock.GetUtcNow()) next = Clock.GetUtcNow().AddMilliseconds(1);
            Clock.AdvanceTo(next);
            await SettleAsync().ConfigureAwait(false);
        }

        Clock.AdvanceTo(target);
        await SettleAsync().ConfigureAwait(false);
    }

    /// <summary>Lets time pass until the execution is over.</summary>
    /// <exception cref="InvalidOperationException">It waits for something that only the outside world can bring.</exception>
    public async Task<ExecutionDescription> RunToEndAsync(string executionArn)
    {
        while (true)
        {
            await SettleAsync().ConfigureAwait(false);
            var description = await Client.GetAsync(executionArn).ConfigureAwait(false)
                ?? throw new ExecutionNotFoundException($"{executionArn} does not exist.");
            if (description.Status.IsOver()) return description;
            if (!await JumpAsync().ConfigureAwait(false))
                throw new InvalidOperationException($"{executionArn} will never end by itself: it waits for the outside world, such as a callback without a timeout.");
        }
    }

    /// <summary>Ends the node as a killed process would, and starts another one on the same store.</summary>
    public Task CrashAsync() => ReplaceAsync(_connection);

    /// <summary>Makes sure that another node runs than the one with this connection.</summary>
    internal async Task ReplaceAsync(NodeConnection connection)
    {
        connection.Kill();
        await _restarting.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_connection != connection) return;
            var services = Services;
            foreach (var invocation in Host.Node.ActiveInvocations) invocation.Signals.Lose();
            Host.Node.Dispose();
            await StartNodeAsync().ConfigureAwait(false);
            await services.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _restarting.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_services is not { } services) return;
        Host.Node.Dispose();
        _connection.Kill();
        _services = null;
        _restarting.Dispose();
        await services.DisposeAsync().ConfigureAwait(false);
    }
}
