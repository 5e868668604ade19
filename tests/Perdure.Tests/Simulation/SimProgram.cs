using System.Globalization;
using System.Text.RegularExpressions;

namespace Perdure.Tests.Simulation;

/// <summary>A random durable function, and what it may come to whatever happens meanwhile.</summary>
/// <remarks>
/// <para>
/// Every flow keeps a log of its own, and the logs are joined in order of the code. What depends on timing (a deadline, an early end, an
/// interruption) has several outcomes, so what is expected is a pattern. That a replay comes to the same outcome as the first run is seen by the names
/// of later steps, which are made from the log: another log is another name, and the determinism check refuses it.
/// </para>
/// <para>
/// The outcome of a cancelled execution is told by a model: STOPPED, or "cancelled" where the function catches it, or, when the cancellation came
/// too late, the pattern. What its sagas must have undone is told by <see cref="SagaInvariant"/>.
/// </para>
/// </remarks>
internal sealed class SimProgram
{
    public const string Caught = "cancelled";

    private readonly Random _random;
    private readonly SimBlock _root;
    private int _names;
    private int _abandonable;

    public SimProgram(int seed, bool manyFlows = false)
    {
        _random = new Random(seed);
        _root = manyFlows
            ? new SimBlock([NewStep(), new SimFlows([.. Enumerable.Range(0, 3).Select(_ => NewFlow())]), NewStep()], "")
            : NewBlock(2, 6, depth: 0);
        CancelAfter = _random.Next(3) == 0 ? _random.Next(60) : null;
        CatchesCancellation = _random.Next(4) == 0;
        PauseAfter = new Random(seed).Next(5) == 0 ? _random.Next(1, 40) : null;
    }

    /// <summary>How often the outside world looks on before it cancels the execution; null when it never does.</summary>
    public int? CancelAfter { get; }

    /// <summary>How often the outside world looks on before it pauses the execution, and again before it resumes it; null when it never does.</summary>
    public int? PauseAfter { get; }

    public bool CatchesCancellation { get; }

    /// <summary>Why the end is wrong; null when it is not.</summary>
    /// <param name="end">The end.</param>
    /// <param name="cancelled">Whether anybody asked to cancel the execution.</param>
    public string? Objection(ExecutionDescription end, bool cancelled)
    {
        var isRight = end.Status switch
        {
            ExecutionStatus.Succeeded => (cancelled && CatchesCancellation && end.Result == $"\"{Caught}\"") || Regex.IsMatch(end.Result ?? "", $"^\"{_root.Pattern}\"$"),
            ExecutionStatus.Stopped => cancelled && !CatchesCancellation && end.Error?.ErrorType == "ExecutionCancelled",
            _ => false,
        };
        if (isRight && end.Attention == ExecutionAttention.None) return null;
        return $"ended {end.Status} {end.Attention} {(cancelled ? "after a cancellation " : "")}{end.Error?.ErrorType}: {end.Error?.ErrorMessage}\n result  {end.Result}\n pattern {_root.Pattern}";
    }

    public Func<string, IDurableContext, Task<string>> Function(SimStage stage) => async (_, context) =>
    {
        var log = new List<string>();
        try
        {
            await _root.RunAsync(context, log, stage);
        }
        catch (ExecutionCancelledException) when (CatchesCancellation)
        {
            return Caught;
        }

        return SimNode.Text(log);
    };

    private SimBlock NewBlock(int min, int max, int depth) =>
        new([.. Enumerable.Range(0, _random.Next(min, max + 1)).Select(_ => NewNode(depth))], _random.Next(3) == 0 ? Name("seen") : "");

    /// <summary>Where order matters most: callbacks, whose START resumes code, between operations of other flows.</summary>
    private SimBlock NewFlow() => new(
        [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _random.Next(5) < 2 ? new SimCallback(Name("cb"), NewStep(), IsConfigured(), IsKeyed()) : NewNode(depth: 2))],
        _random.Next(2) == 0 ? Name("seen") : "");

    private SimNode NewNode(int depth) => _random.Next(depth >= 3 ? 8 : 20) switch
    {
        0 or 1 => NewStep(),
        2 => new SimWait(_random.Next(1, 120), IsConfigured()),
        3 => new SimCallback(Name("cb") + NewAnswer(), NewStep(), IsConfigured(), IsKeyed()),
        4 => new SimCondition(Name("poll"), _random.Next(1, 4), IsConfigured(), IsKeyed()),
        5 => new SimAsk(Name("ask") + NewAnswer(), IsConfigured(), IsKeyed()),
        6 => new SimInvoke(Name("call") + (_random.Next(4) == 0 ? "!fail" : ""), IsConfigured(), IsKeyed()),
        7 => new SimPatch(Name("patch"), _random.Next(1, 4)),
        8 => new SimFlows([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => NewBlock(1, 3, depth + 1))]),
        9 => new SimMap(
            Name("map"), [.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => NewBlock(1, 2, depth + 1))], _random.Next(0, 3), _random.Next(3) == 0, _random.Next(10) == 0, IsKeyed()),
        10 => new SimRace(Name("race"), [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => NewStep() with { GivesUp = false, Limit = null })], _random.Next(3)),
        11 => new SimGroup(Name("group"), NewBlock(1, 2, depth + 1), _random.Next(0, 3)),
        12 => NewParallel(depth),
        13 or 14 or 15 when _abandonable == 0 => NewSaga(depth),
        16 or 17 => new SimDeadline(Name("due"), NewBlock(1, 3, depth + 1), _random.Next(1, 240), IsConfigured(), IsKeyed()),
        _ => new SimChild(Name("child"), NewBlock(1, 3, depth + 1), _random.Next(3) == 0, _random.Next(12) == 0, IsConfigured(), IsKeyed()),
    };

    private SimStep NewStep() => new(
        Name("step"), _random.Next(3) == 0 ? _random.Next(1, 3) : 0, _random.Next(4) == 0, _random.Next(8) == 0, IsConfigured(), IsKeyed(),
        _random.Next(6) switch { 0 => 0, 1 => 1000, _ => null }, _random.Next(8) switch { 0 => SimHang.Listens, 1 => SimHang.Deaf, _ => SimHang.No });

    private SimNode NewParallel(int depth)
    {
        var endsEarly = _random.Next(2) == 0;
        if (endsEarly) _abandonable++; // what an early end abandons is nobody's any more: no saga in it
        var parallel = new SimParallel(Name("parallel"), NewBlock(1, 2, depth + 1), NewBlock(1, 2, depth + 1), _random.Next(0, 3), endsEarly, _random.Next(3) == 0, _random.Next(10) == 0, _random.Next(3) == 0);
        if (endsEarly) _abandonable--;
        return parallel;
    }

    private SimSaga NewSaga(int depth)
    {
        var inTurn = _random.Next(4) > 0;
        var cleans = _random.Next(3) == 0;
        var parts = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => inTurn ? (_random.Next(3) == 0 ? NewNode(depth + 1) : NewAction()) : NewActions()).ToArray();
        return new SimSaga(
            Name("saga") + (inTurn ? SagaInvariant.InTurn : "") + (cleans ? "!cleans" : ""), parts, inTurn, cleans, _random.Next(4) == 0, _random.Next(8) == 0, IsConfigured(), IsKeyed());
    }

    private SimNode NewActions() => _random.Next(2) == 0 ? NewAction() : new SimBlock([NewAction(), new SimWait(_random.Next(1, 30), IsConfigured()), NewAction()], "");

    private SimAction NewAction() => new(
        SagaInvariant.Action + Name("act") + (_random.Next(8) == 0 ? SagaInvariant.Unfixable : ""),
        _random.Next(3) == 0 ? _random.Next(1, 3) : 0, _random.Next(4) == 0, _random.Next(6) == 0, _random.Next(3) == 0 ? _random.Next(1, 3) : 0, IsKeyed());

    private string NewAnswer() => _random.Next(4) switch { 0 => "!fail", 1 => "!timeout", _ => "" };

    private string Name(string kind) => kind + (++_names).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether this await says ConfigureAwait(false), which must not let the flow escape from the pump.</summary>
    private bool IsConfigured() => _random.Next(3) == 0;

    /// <summary>Whether the operation has a key, and so no position.</summary>
    private bool IsKeyed() => _random.Next(4) == 0;
}

internal abstract record SimNode
{
    /// <summary>What it may log: a regular expression over lines that each end in a comma.</summary>
    public abstract string Pattern { get; }

    public abstract Task RunAsync(IDurableContext context, List<string> log, SimStage stage);

    public static string Text(IEnumerable<string> log) => string.Concat(log.Select(line => line + ","));

    protected static string Line(string line) => Regex.Escape(line + ",");

    protected static string Either(params string[] patterns) => $"(?:{string.Join("|", patterns)})";

    protected static string? KeyIf(bool keyed, string name) => keyed ? $"key of {name}" : null;

    protected static async Task<T> Await<T>(Task<T> task, bool configured) => configured ? await task.ConfigureAwait(false) : await task;

    protected static async Task Await(Task task, bool configured)
    {
        if (configured) await task.ConfigureAwait(false);
        else await task;
    }
}

/// <summary>One node after the other. With a witness, a step whose name is made from all that the block has logged.</summary>
internal sealed record SimBlock(SimNode[] Nodes, string Witness) : SimNode
{
    public override string Pattern => string.Concat(Nodes.Select(node => node.Pattern));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        foreach (var node in Nodes) await node.RunAsync(context, log, stage);
        if (Witness.Length > 0) await context.StepAsync((_, _) => Task.FromResult(0), $"{Witness}-{Hash(Text(log)):x8}");
    }

    private static uint Hash(string text) => text.Aggregate(2166136261, (hash, c) => (hash ^ c) * 16777619);
}

/// <summary>Several flows of several operations on one context: where the order of delivery decides the numbering.</summary>
internal sealed record SimFlows(SimBlock[] Flows) : SimNode
{
    public override string Pattern => string.Concat(Flows.Select(flow => flow.Pattern));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var logs = Flows.Select(_ => new List<string>()).ToArray();
        await Task.WhenAll(Flows.Select((flow, i) => flow.RunAsync(context, logs[i], stage)));
        foreach (var flow in logs) log.AddRange(flow);
    }
}

internal sealed record SimChild(string Name, SimBlock Body, bool Flat, bool Big, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern => Body.Pattern;

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var inner = await Await(
            context.RunInChildContextAsync(
                async (child, _) =>
                {
                    var log = new List<string>();
                    await Body.RunAsync(child, log, stage);
                    return new SimChildResult([.. log], Big ? new string('x', 300_000) : "");
                },
                Name,
                new ChildContextConfig { NestingType = Flat ? NestingType.Flat : NestingType.Nested, Key = KeyIf(Keyed, Name) }),
            Configured);
        log.AddRange(inner.Log);
    }
}

internal sealed record SimChildResult(string[] Log, string Padding);
