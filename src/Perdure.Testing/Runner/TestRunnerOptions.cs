using Microsoft.Extensions.Logging;

namespace Perdure.Testing;

/// <summary>How a <see cref="DurableTestRunner{TInput, TOutput}"/> runs a function.</summary>
public sealed record TestRunnerOptions
{
    /// <summary>
    /// Whether waiting for something moves the clock to the next due instant whenever nothing else can happen. Default true. With false,
    /// time moves by <see cref="DurableTestRunner{TInput, TOutput}.AdvanceAsync"/> alone.
    /// </summary>
    public bool SkipTime { get; init; } = true;

    /// <summary>
    /// How often an execution may be invoked before waiting for it throws <see cref="TestExecutionLimitException"/>; guards against polling
    /// without end. Default 100; with <see cref="ReplayMode.EveryOperation"/> one more for each recorded operation.
    /// </summary>
    public int MaxInvocations { get; init; } = 100;

    /// <summary>How much real time a call of the runner may take where no other timeout is given. Default 30 s.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Writes and reads payloads. Null: <see cref="JsonDurableSerializer"/>.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Where the function and the engine log. Null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// The function's name in ARNs, where it has no <see cref="DurableFunctionAttribute"/>: 1 to 64 characters of <c>[a-zA-Z0-9-_]</c>.
    /// Default <c>function</c>.
    /// </summary>
    public string FunctionName { get; init; } = "function";

    /// <summary>The engine's clock. Null: one that begins with the year 2026, so that records are the same in every run.</summary>
    public ManualTimeProvider? TimeProvider { get; init; }

    /// <summary>When function code is replayed. Default <see cref="ReplayMode.OnResume"/>, as in production.</summary>
    public ReplayMode ReplayMode { get; init; }

    /// <summary>Whether code that awaits something foreign fails its execution. Default true; production only warns unless it is told otherwise.</summary>
    public bool StrictDeterminism { get; init; } = true;

    /// <summary>
    /// Whether a call of a function that is not registered fails inside the function, as in production. Default false: the runner then throws
    /// <see cref="UnregisteredSiblingFunctionException"/>, because the test has most likely forgotten it.
    /// </summary>
    public bool AllowUnregisteredFunctions { get; init; }

    /// <summary>What goes wrong. Default nothing.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The external system that bodies tell their effects to. Null: the runner makes one.</summary>
    public EffectLedger? Effects { get; init; }

    /// <summary>Changes the engine's options, after the runner's own.</summary>
    public Action<PerdureOptions>? ConfigureEngine { get; init; }
}

/// <summary>When function code is replayed in a test.</summary>
public enum ReplayMode
{
    /// <summary>When an execution goes on after it was suspended or its node ended, as in production.</summary>
    OnResume,

    /// <summary>
    /// After every operation, as if the node had ended there: finds code that does not take the same way twice, without any crash.
    /// Operations that run side by side end together before the next replay.
    /// </summary>
    EveryOperation,
}
