using System.Globalization;

namespace Perdure.Tests.Simulation;

/// <summary>A random durable function, and what it must come to whatever happens meanwhile.</summary>
/// <remarks>Its outcome does not depend on timing: every flow keeps a log of its own, and the logs are joined in order of the code.</remarks>
internal sealed class SimProgram
{
    private readonly Random _random;
    private readonly SimBlock _root;
    private int _names;

    public SimProgram(int seed, bool manyFlows = false)
    {
        _random = new Random(seed);
        _root = manyFlows
            ? new SimBlock([NewStep(), new SimFlows([.. Enumerable.Range(0, 3).Select(_ => NewFlow())]), NewStep()])
            : NewBlock(2, 6, depth: 0);
    }

    public string Expected => string.Join(",", _root.Expected());

    /// <param name="world">The simulated world; null to run on real threads.</param>
    public Func<string, IDurableContext, Task<string>> Function(SimWorld? world) => async (_, context) =>
    {
        var log = new List<string>();
        await _root.RunAsync(context, log, world);
        return string.Join(",", log);
    };

    private SimBlock NewBlock(int min, int max, int depth) =>
        new([.. Enumerable.Range(0, _random.Next(min, max + 1)).Select(_ => NewNode(depth))]);

    /// <summary>Where order matters most: callbacks, whose START resumes code, between operations of other flows.</summary>
    private SimBlock NewFlow() => new([.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _random.Next(5) < 2
        ? new SimCallback(Name("cb"), NewStep(), IsConfigured())
        : NewNode(depth: 2))]);

    private SimNode NewNode(int depth) => _random.Next(depth >= 3 ? 7 : 13) switch
    {
        0 or 1 => NewStep(),
        2 => new SimWait(_random.Next(1, 120), IsConfigured()),
        3 => new SimCallback(Name("cb") + (_random.Next(4) switch { 0 => "!fail", 1 => "!timeout", _ => "" }), NewStep(), IsConfigured()),
        4 => new SimCondition(Name("poll"), _random.Next(1, 4), IsConfigured()),
        5 => new SimAsk(Name("ask") + (_random.Next(4) switch { 0 => "!fail", 1 => "!timeout", _ => "" }), IsConfigured()),
        6 => new SimInvoke(Name("call") + (_random.Next(4) == 0 ? "!fail" : ""), IsConfigured()),
        7 => new SimFlows([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => NewBlock(1, 3, depth + 1))]),
        8 => new SimMap(Name("map"), [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => NewBlock(1, 2, depth + 1))], _random.Next(0, 3), _random.Next(3) == 0, _random.Next(10) == 0),
        9 => new SimRace(Name("race"), [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => NewStep() with { GivesUp = false })], _random.Next(3)),
        10 => new SimGroup(Name("group"), NewBlock(1, 2, depth + 1), _random.Next(0, 3)),
        _ => new SimChild(Name("child"), NewBlock(1, 3, depth + 1), _random.Next(3) == 0, _random.Next(12) == 0, IsConfigured()),
    };

    private SimStep NewStep() => new(Name("step"), _random.Next(3) == 0 ? _random.Next(1, 3) : 0, _random.Next(4) == 0, _random.Next(8) == 0, IsConfigured());

    private string Name(string kind) => kind + (++_names).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether this await says ConfigureAwait(false), which must not let the flow escape from the pump.</summary>
    private bool IsConfigured() => _random.Next(3) == 0;
}

internal abstract record SimNode
{
    public abstract IEnumerable<string> Expected();

    public abstract Task RunAsync(IDurableContext context, List<string> log, SimWorld? world);

    protected static async Task<T> Await<T>(Task<T> task, bool configured) => configured ? await task.ConfigureAwait(false) : await task;

    protected static async Task Await(Task task, bool configured)
    {
        if (configured) await task.ConfigureAwait(false);
        else await task;
    }
}

internal sealed record SimBlock(SimNode[] Nodes) : SimNode
{
    public override IEnumerable<string> Expected() => Nodes.SelectMany(node => node.Expected());

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        foreach (var node in Nodes) await node.RunAsync(context, log, world);
    }
}

internal sealed record SimStep(string Name, int Failures, bool AtMostOnce, bool GivesUp, bool Configured) : SimNode
{
    private static readonly IRetryStrategy Patient = RetryStrategy.FromDelegate(static (_, attempt) =>
        attempt < 60 ? RetryDecision.RetryAfter(TimeSpan.FromSeconds(1 + (attempt % 3))) : RetryDecision.DoNotRetry());

    private bool Fails => GivesUp && !AtMostOnce;

    public override IEnumerable<string> Expected() => [Fails ? $"failed:{Name}" : Name];

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var config = new StepConfig
        {
            RetryStrategy = Fails ? RetryStrategy.None : Patient,
            Semantics = AtMostOnce ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
        };
        try
        {
            log.Add(await Await(context.StepAsync((step, _) => BodyAsync(step, world), Name, config), Configured));
        }
        catch (StepException)
        {
            log.Add($"failed:{Name}");
        }
    }

    private async Task<string> BodyAsync(IStepContext step, SimWorld? world)
    {
        if (world is null) await Task.Yield();
        else
        {
            world.Effects.Add(new SimEffect($"{Name} {step.OperationId}", step.AttemptNumber, AtMostOnce, world.Kills));
            var work = world.Work;
            for (var i = world.Random.Next(3); i > 0; i--) await work.YieldAsync();
        }

        if (Fails || step.AttemptNumber <= Failures) throw new InvalidOperationException($"{Name} fails");
        return Name;
    }
}

internal sealed record SimWait(int Seconds, bool Configured) : SimNode
{
    public override IEnumerable<string> Expected() => [];

    public override Task RunAsync(IDurableContext context, List<string> log, SimWorld? world) =>
        Await(context.WaitAsync(TimeSpan.FromSeconds(Seconds)), Configured);
}

internal sealed record SimCallback(string Name, SimStep Between, bool Configured) : SimNode
{
    public override IEnumerable<string> Expected() => [.. Between.Expected(), SimAsk.Answer(Name)];

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var callback = await Await(context.CreateCallbackAsync<string>(Name, SimAsk.Timeout<CallbackConfig>(Name)), Configured);
        await Between.RunAsync(context, log, world);
        await SimAsk.LogAsync(Name, () => Await(callback.GetResultAsync(), Configured), log);
    }
}

internal sealed record SimAsk(string Name, bool Configured) : SimNode
{
    public override IEnumerable<string> Expected() => [Answer(Name)];

    public override Task RunAsync(IDurableContext context, List<string> log, SimWorld? world) => LogAsync(
        Name,
        () => Await(context.WaitForCallbackAsync<string>(static (_, _, _) => Task.CompletedTask, Name, Timeout<WaitForCallbackConfig>(Name)), Configured),
        log);

    public static string Answer(string name) =>
        name.EndsWith("!fail", StringComparison.Ordinal) ? $"{name}=refused" : name.EndsWith("!timeout", StringComparison.Ordinal) ? $"{name}=late" : $"{name}=yes";

    public static T Timeout<T>(string name) where T : CallbackConfig, new() =>
        name.EndsWith("!timeout", StringComparison.Ordinal) ? (T)(object)(typeof(T) == typeof(CallbackConfig)
            ? new CallbackConfig { Timeout = TimeSpan.FromSeconds(45) }
            : new WaitForCallbackConfig { Timeout = TimeSpan.FromSeconds(45) }) : new T();

    public static async Task LogAsync(string name, Func<Task<string>> answer, List<string> log)
    {
        try
        {
            log.Add($"{name}={await answer()}");
        }
        catch (CallbackFailedException)
        {
            log.Add($"{name}=refused");
        }
        catch (CallbackTimeoutException)
        {
            log.Add($"{name}=late");
        }
    }
}

internal sealed record SimCondition(string Name, int Checks, bool Configured) : SimNode
{
    public override IEnumerable<string> Expected() => [$"{Name}={Checks}"];

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var state = await Await(
            context.WaitForConditionAsync<int>(
                static (state, _, _) => Task.FromResult(state + 1),
                new() { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromSeconds(7), isDone: state => state == Checks) },
                Name),
            Configured);
        log.Add($"{Name}={state}");
    }
}

/// <summary>Several flows of several operations on one context: where the order of delivery decides the numbering.</summary>
internal sealed record SimFlows(SimBlock[] Flows) : SimNode
{
    public override IEnumerable<string> Expected() => Flows.SelectMany(flow => flow.Expected());

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var logs = Flows.Select(_ => new List<string>()).ToArray();
        await Task.WhenAll(Flows.Select((flow, i) => flow.RunAsync(context, logs[i], world)));
        foreach (var flow in logs) log.AddRange(flow);
    }
}

internal sealed record SimChild(string Name, SimBlock Body, bool Flat, bool Big, bool Configured) : SimNode
{
    public override IEnumerable<string> Expected() => Body.Expected();

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var inner = await Await(
            context.RunInChildContextAsync(
                async (child, _) =>
                {
                    var log = new List<string>();
                    await Body.RunAsync(child, log, world);
                    return new SimChildResult([.. log], Big ? new string('x', 300_000) : "");
                },
                Name,
                new ChildContextConfig { NestingType = Flat ? NestingType.Flat : NestingType.Nested }),
            Configured);
        log.AddRange(inner.Log);
    }
}

internal sealed record SimChildResult(string[] Log, string Padding);
