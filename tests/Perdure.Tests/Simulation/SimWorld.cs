using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Engine;
using Perdure.Engine.Executions;
using Perdure.Engine.Hosting;
using Perdure.Engine.Invocation;
using Perdure.Hosting;
using Perdure.Replay;
using Perdure.Testing;

namespace Perdure.Tests.Simulation;

/// <summary>A whole service on one thread: the real engine, a memory store, a manual clock, and a seed that decides everything.</summary>
/// <remarks>Continuations run inline or through <see cref="SimWorkQueue"/>; nothing touches the thread pool, so a seed can be run again.</remarks>
internal sealed class SimWorld
{
    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    private readonly JsonDurableSerializer _serializer = new();
    private readonly InMemoryStore _store;
    private readonly SeededIdSource _ids;
    private readonly FunctionRegistry _functions;
    private SimWorkQueue _work;
    private EngineNode? _node;
    private Task<EngineNode>? _starting;
    private bool _killed;

    public SimWorld(int seed, Func<string, IDurableContext, Task<string>> function, DateTimeOffset? startAt = null)
    {
        Random = new Random(seed);
        Stage = new SimStage(this);
        _ids = new SeededIdSource(seed);
        Clock = startAt is { } at ? new ManualTimeProvider(at) : new ManualTimeProvider();
        _store = new InMemoryStore(Clock);
        _functions = new FunctionRegistry(
        [
            new FunctionDefinition("sim", "$LATEST", 10_000_000, new InProcessInvoker(new DelegateHandler<string, string>(function))),
            new FunctionDefinition("echo", "$LATEST", 10_000_000, new InProcessInvoker(new DelegateHandler<string, string>((input, context) => EchoAsync(input, context)))),
        ]);
        _work = new SimWorkQueue(Random);
    }

    /// <summary>What programs call: waits a little, notes that it ran, and fails when it is told to.</summary>
    private async Task<string> EchoAsync(string input, IDurableContext context)
    {
        await context.WaitAsync(input == "slow" ? TimeSpan.FromHours(5) : TimeSpan.FromSeconds(3));
        var key = context.GetIdempotencyKey("echo");
        await context.StepAsync((step, _) =>
        {
            Effects.Add(new SimEffect($"echo {input} {key}", step.AttemptNumber, AtMostOnce: false, Kills));
            return Task.FromResult(0);
        });
        return input.EndsWith("!fail", StringComparison.Ordinal) ? throw new TimeoutException($"{input} fails") : $"<{input}>";
    }

    public Random Random { get; }

    public ManualTimeProvider Clock { get; }

    public SimWorkQueue Work => _work;

    /// <summary>Where functions run.</summary>
    public SimStage Stage { get; }

    /// <summary>Bodies that ran, in order.</summary>
    public List<SimEffect> Effects { get; } = [];

    public int Commits { get; private set; }

    public int Kills { get; private set; }

    /// <summary>When set, every value goes there.</summary>
    public SimPayloads? Payloads { get; set; }

    private static readonly PayloadStoreOptions AllPayloads = new() { Mode = PayloadStorageMode.Always };

    /// <summary>Decides about each commit by its number, from 1.</summary>
    public Func<int, CommitFault> FaultAt { get; set; } = static _ => CommitFault.None;

    /// <summary>Chance, after any one item of work, that the node is killed there.</summary>
    public double KillChance { get; set; }

    /// <summary>Past this many kills the node lives: a long function that is killed every few steps would never get anywhere.</summary>
    private const int MaxKills = 60;

    /// <summary>Chance, after any one item of work, that the outside world does something in the middle of everything.</summary>
    public double OutsideChance { get; set; }

    /// <summary>Chance, after any one item of work, that the clock jumps.</summary>
    public double JumpChance { get; set; }

    /// <summary>Chance, after any one item of work, that the node asks an invocation to come to rest, or gives it up.</summary>
    public double SignalChance { get; set; }

    /// <summary>What the outside world does when the service is quiet; true when it did something.</summary>
    public Func<SimWorld, bool> Outside { get; set; } = static _ => false;

    public RuntimeOptions Options { get; set; } = new() { StrictDeterminism = true, OnNonDeterminism = NonDeterminismPolicy.Fail };

    public IPerdureClient Client => new InProcessClient(() => _node ?? throw new InvalidOperationException("No node runs."), _serializer);

    public bool IsUp => _node is not null && !_killed;

    /// <summary>Runs on a thread of its own: the test runner's own scheduler would send continuations to the thread pool.</summary>
    public static void OnOwnThread(Action work)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception error)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Runs until a condition holds. Fails when that takes unreasonably long: something is stuck.</summary>
    public void RunUntil(Func<bool> done, int limit = 200_000)
    {
        for (var i = 0; i < limit; i++)
        {
            if (!EnsureUp()) continue;
            if (done()) return;
            Step();
        }

        throw new InvalidOperationException($"Stuck after {limit} steps, {Commits} commits, {Kills} kills, at {Clock.GetUtcNow():O}.");
    }

    private void Step()
    {
        if (!_work.IsEmpty)
        {
            _work.RunOne();
            if (!_killed && Random.NextDouble() < OutsideChance) Outside(this);
            if (SignalChance > 0 && !_killed && Random.NextDouble() < SignalChance) Signal();
            if (KillChance > 0 && !_killed && Kills < MaxKills && Random.NextDouble() < KillChance) Kill();
            if (JumpChance > 0 && Random.NextDouble() < JumpChance) Clock.Advance(TimeSpan.FromSeconds(Random.Next(1, 100)));
            return;
        }

        if (Outside(this)) return;
        var due = Sync(_store.NextDueAsync(CancellationToken.None));
        var now = Clock.GetUtcNow();
        var next = due.Where(queue => queue.DueAt > now).Select(queue => (DateTimeOffset?)queue.DueAt).Min();
        if (!_node!.Core.Activity.IsIdle || next is null) next = Clock.NextTimer; // EnsureUp made sure that it is up

        // Not too far at once: the outside world may only be slow to answer.
        var farthest = now.AddHours(1);
        Clock.AdvanceTo(next < farthest ? next.Value : farthest);
    }

    private void Signal()
    {
        var running = _node!.ActiveInvocations.OrderBy(invocation => invocation.Key.Value).ToList(); // EnsureUp made sure that it is up
        if (running.Count == 0) return;
        var signals = running[Random.Next(running.Count)].Signals;
        if (Random.Next(4) == 0) signals.Lose();
        else signals.Drain();
    }

    /// <summary>True when a node is up; otherwise a step towards it was made.</summary>
    private bool EnsureUp()
    {
        if (_killed)
        {
            _killed = false;
            _node = null;
            _starting = null;
            _work = new SimWorkQueue(Random);
        }

        if (_node is not null) return true;
        var work = _work;
        _starting ??= EngineNode.StartAsync(
            new SimConnection(_store, work, NextFault, () => { if (work == _work) Kill(); }),
            new EngineEnvironment { Work = work, Ids = _ids, Loggers = NullLoggerFactory.Instance, PayloadStore = Payloads, PayloadOptions = AllPayloads },
            _functions,
            new InvocationHost(NoServices, _serializer, Options),
            new NodeOptions($"node-{Kills}"),
            CancellationToken.None);
        if (_starting.IsCompleted)
        {
            _node = Sync(_starting);
            return true;
        }

        if (!work.IsEmpty) work.RunOne();
        else Clock.AdvanceTo(Clock.NextTimer ?? Clock.GetUtcNow().AddSeconds(1));
        return false;
    }

    private CommitFault NextFault() => FaultAt(++Commits);

    public void Kill()
    {
        if (_killed) return;
        _killed = true;
        Kills++;
        _work.Kill();
    }

    public static T Sync<T>(Task<T> task) => task.IsCompleted
        ? task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("The memory store answers at once.");

    public static List<T> Sync<T>(IAsyncEnumerable<T> items)
    {
        var list = items.ToListAsync();
        return list.IsCompleted ? list.Result : throw new InvalidOperationException("The memory store answers at once.");
    }
}

/// <summary>One run of one body.</summary>
internal sealed record SimEffect(string Operation, int Attempt, bool AtMostOnce, int Kills);
