using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Executions;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>One engine with its store, clock and faults, as a runner drives it: time passes when nothing else can, dead nodes are replaced.</summary>
/// <remarks>Ids are seeded: executions one after another have the same ARNs, callback ids and idempotency keys in every run of a test.</remarks>
internal sealed class TestWorld : IAsyncDisposable
{
    private readonly TestIdSource _ids = new();
    private readonly TestRunnerOptions _options;
    private readonly Pulse _pulse = new();
    private DurableTestHost _host = null!; // set before anybody has this world

    private TestWorld(TestRunnerOptions options)
    {
        _options = options;
        Faults = new FaultPlan(options.Faults);
    }

    public FaultPlan Faults { get; }

    public static async Task<TestWorld> StartAsync(FunctionSet functions, TestRunnerOptions options)
    {
        var world = new TestWorld(options);
        world._host = await DurableTestHost.StartAsync(
            builder => world.Configure(builder, functions), world.Configure, store: null, options.TimeProvider, world.Faults).ConfigureAwait(false);
        world._host.OnCommitted = world._pulse.Happen;
        return world;
    }

    private void Configure(IPerdureBuilder builder, FunctionSet functions)
    {
        if (_options.LoggerFactory is { } loggers) builder.Services.AddSingleton(loggers);
        if (_options.TimeProvider is { } clock) builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IdSource>(_ids);
        builder.Services.AddSingleton<InvocationProbe>(services => new NodeProbe(this, services.GetRequiredService<NodeConnection>()));
        functions.Configure(builder);
    }

    private void Configure(PerdureOptions engine)
    {
        engine.StrictDeterminism = _options.StrictDeterminism;
        if (_options.Serializer is { } serializer) engine.Serializer = serializer;
        _options.ConfigureEngine?.Invoke(engine);
    }

    /// <summary>Calls the service as somebody outside does: again when the node died before it answered.</summary>
    /// <param name="call">Told whether it is a repetition, after which the first may have been heard.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> CallAsync<T>(Func<IPerdureClient, bool, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var isRepetition = false; ; isRepetition = true)
        {
            var connection = _host.Connection;
            var answer = call(_host.Client, isRepetition);
            await Task.WhenAny(answer, connection.Death).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (answer.IsCompleted) return await answer.ConfigureAwait(false);
            await _host.ReplaceAsync(connection).ConfigureAwait(false);
        }
    }

    public Task<RecordedExecution> ReadAsync(string executionArn, CancellationToken cancellationToken) =>
        CallAsync((client, _) => RecordedExecution.ReadAsync(client, executionArn, cancellationToken), cancellationToken);

    public Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken) => _host.AdvanceAsync(by).WaitAsync(cancellationToken);

    /// <summary>Waits until the record shows what is looked for, moving the clock when that is allowed and nothing else can happen.</summary>
    /// <param name="executionArn">The execution.</param>
    /// <param name="find">Looks for it; null when it is not there yet.</param>
    /// <param name="awaited">What is looked for, in words.</param>
    /// <param name="when">When it is worth looking.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> WaitUntilAsync<T>(
        string executionArn, Func<RecordedExecution, T?> find, string awaited, LookWhen when, CancellationToken cancellationToken) where T : class
    {
        while (true)
        {
            // Taken before looking: what happens from here on beats it.
            var change = _pulse.Next;
            var record = await ReadAsync(executionArn, cancellationToken).ConfigureAwait(false);
            if (find(record) is { } found)
            {
                if (when == LookWhen.Committed) await SettleForAMomentAsync(cancellationToken).ConfigureAwait(false);
                return found;
            }

            RequireLimit(record);
            if (when == LookWhen.BodyBegins) _host.RecordRunningBodies();

            var settled = _host.SettleAsync();
            await (when == LookWhen.Settled ? settled : Task.WhenAny(settled, change.Task)).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!settled.IsCompleted || change.HasHappened) continue;
            if (_options.SkipTime) await JumpAsync(record, awaited, cancellationToken).ConfigureAwait(false);
            else await change.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the test does next comes after what is going on, unless a body waits for just that: records are then the same in every run.</summary>
    private async Task SettleForAMomentAsync(CancellationToken cancellationToken)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_host.SettleAsync(), Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, settled.Token)).ConfigureAwait(false);
        await settled.CancelAsync().ConfigureAwait(false);
    }

    /// <exception cref="TestExecutionSuspendedException">Time brings nothing but the end of an execution that nobody limited.</exception>
    private async Task JumpAsync(RecordedExecution record, string awaited, CancellationToken cancellationToken)
    {
        var longest = record.Execution.StartedAt.AddSeconds(PerdureLimits.MaxDurationSeconds);
        if (await _host.NextDueAsync().ConfigureAwait(false) is { } next && next < longest) await _host.JumpAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        else throw new TestExecutionSuspendedException(record.Execution, awaited, [.. TestStep.From(record, Serializer).Where(static step => step.IsOpen)]);
    }

    private void RequireLimit(RecordedExecution record)
    {
        var forced = _options.ReplayMode == ReplayMode.EveryOperation ? record.Operations.Count : 0;
        if (record.Invocations >= _options.MaxInvocations + forced && record.Execution.Status == ExecutionStatus.Running)
            throw new TestExecutionLimitException(record.Execution.Arn, _options.MaxInvocations, record.Operations.Count);
    }

    /// <summary>The serializer that the engine uses.</summary>
    public IDurableSerializer Serializer => field ??= EngineSerializer();

    private IDurableSerializer EngineSerializer()
    {
        var engine = new PerdureOptions();
        Configure(engine);
        return engine.CreateSerializer();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>What one node's invocations tell the world.</summary>
    private sealed class NodeProbe(TestWorld world, NodeConnection connection) : InvocationProbe
    {
        public override bool RepeatsAfterEveryOperation => world._options.ReplayMode == ReplayMode.EveryOperation;

        // Not async: what is entered must hold in the caller's flow, which is the body's.
        public override Task BeforeBodyAsync(OperationRequest request)
        {
            EffectLedger.EnterBody(connection);
            world._pulse.Happen();
            var delay = world.Faults.DelayOf(request.Name);
            if (delay > TimeSpan.Zero) return world._host.PassWhileBusyAsync(connection, delay);
            return Task.CompletedTask;
        }
    }
}

/// <summary>When it is worth looking at a record again.</summary>
internal enum LookWhen
{
    /// <summary>When nothing goes on any more.</summary>
    Settled,

    /// <summary>Also after every commit, while bodies run; what is found is returned when nothing goes on, or after a second of real time.</summary>
    Committed,

    /// <summary>Also when a body begins, which is then recorded at once.</summary>
    BodyBegins,
}
