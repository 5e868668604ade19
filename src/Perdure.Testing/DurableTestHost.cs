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
    private ServiceProvider? _services;

    private DurableTestHost(Action<IPerdureBuilder> configure, Action<PerdureOptions>? options, ManualTimeProvider clock, IExecutionStore? store)
    {
        _configure = configure;
        _options = options;
        Clock = clock;
        _store = store ?? new InMemoryStore(clock);
    }

    /// <summary>The engine's clock.</summary>
    public ManualTimeProvider Clock { get; }

    /// <summary>Starts executions and answers their callbacks.</summary>
    public IPerdureClient Client => Host.Client;

    /// <summary>The store that survives crashes.</summary>
    public IExecutionStore Store => _store;

    internal PerdureHost Host => Services.GetRequiredService<PerdureHost>();

    private ServiceProvider Services => _services ?? throw new ObjectDisposedException(nameof(DurableTestHost));

    /// <summary>Starts a host.</summary>
    /// <param name="configure">Adds functions, and services that they depend on.</param>
    /// <param name="options">Changes the engine's options.</param>
    /// <param name="store">Another store than a fresh one in memory; its clock must be <paramref name="clock"/>.</param>
    /// <param name="clock">The clock; a fresh one when null.</param>
    public static async Task<DurableTestHost> StartAsync(
        Action<IPerdureBuilder> configure, Action<PerdureOptions>? options = null, IExecutionStore? store = null, ManualTimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var host = new DurableTestHost(configure, options, clock ?? new ManualTimeProvider(), store);
        await host.StartNodeAsync().ConfigureAwait(false);
        return host;
    }

    private async Task StartNodeAsync()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        var builder = services.AddPerdure(options =>
        {
            options.StrictDeterminism = true;
            options.OnNonDeterminism = NonDeterminismPolicy.Fail; // a test should end, and say why
            _options?.Invoke(options);
        });
        _configure(builder);

        // The container must not dispose the store: it outlives the node, as a disk does.
        builder.UseStore(_ => new Undisposed(_store));
        _services = services.BuildServiceProvider();
        await Host.StartAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Lets everything run that can run without time passing.</summary>
    public Task SettleAsync() => Host.Node.Core.Activity.WhenIdleAsync();

    /// <summary>Lets everything run, then moves the clock to the next instant at which something is due.</summary>
    /// <returns>False when nothing is due, ever.</returns>
    public async Task<bool> JumpAsync()
    {
        await SettleAsync().ConfigureAwait(false);
        var due = await _store.NextDueAsync(CancellationToken.None).ConfigureAwait(false);
        if (due.Count == 0) return false;
        Clock.AdvanceTo(due.Min(static queue => queue.DueAt));
        await SettleAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Moves the clock on and lets everything run that fell due.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await SettleAsync().ConfigureAwait(false);
        var target = Clock.GetUtcNow() + by;

        // From one due instant to the next: what an earlier one starts may fall due before the target too.
        while (true)
        {
            var due = await _store.NextDueAsync(CancellationToken.None).ConfigureAwait(false);
            var next = due.Count == 0 ? target : due.Min(static queue => queue.DueAt);
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
    public async Task CrashAsync()
    {
        var services = Services;
        foreach (var invocation in Host.Node.ActiveInvocations) invocation.Signals.Lose();
        Host.Node.Dispose();
        await StartNodeAsync().ConfigureAwait(false);
        await services.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_services is not { } services) return;
        Host.Node.Dispose();
        _services = null;
        await services.DisposeAsync().ConfigureAwait(false);
    }
}
