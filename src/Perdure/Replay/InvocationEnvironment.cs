using Microsoft.Extensions.Logging;
using Perdure.Client;
using Perdure.PayloadStores;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>What the host provides to one invocation.</summary>
internal sealed record InvocationEnvironment
{
    public required IDurableService Service { get; init; }

    public required WorkQueue Work { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public required IDurableSerializer Serializer { get; init; }

    /// <summary>Where large values go; null when they have nowhere to go.</summary>
    public PayloadOffloader? Payloads { get; init; }

    /// <summary>The largest result of a step; a larger one of a context is rebuilt by replaying its children.</summary>
    public int MaxPayloadBytes => Payloads?.MaxPayloadBytes ?? PerdureLimits.InlinePayloadBytes;

    public required string RequestId { get; init; }

    public InvocationSignals Signals { get; init; } = new();

    public RuntimeOptions Options { get; init; } = new();

    /// <summary>Who watches; null for nobody.</summary>
    public InterceptorChain? Interceptors { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public string? TenantId { get; init; }
}

/// <summary>How the runtime behaves, where that is a choice.</summary>
internal sealed record RuntimeOptions
{
    /// <summary>Foreign continuations fail the execution instead of being warned of.</summary>
    public bool StrictDeterminism { get; init; }

    /// <summary>What becomes of an execution whose record its code no longer matches.</summary>
    public NonDeterminismPolicy OnNonDeterminism { get; init; } = NonDeterminismPolicy.Park;

    /// <summary>What a step without a strategy of its own does.</summary>
    public IRetryStrategy DefaultStepRetry { get; init; } = RetryStrategy.Default;

    /// <summary>Test seam: the ordering experiment's controls replace the queue to show that the order matters.</summary>
    public Func<CauseQueue> NewCauseQueue { get; init; } = static () => new CauseQueue();

    /// <summary>Test seam: the test kit's eyes and hands; null in production.</summary>
    public InvocationProbe? Probe { get; init; }
}

/// <summary>A running invocation, wherever it runs, as its host tells it things.</summary>
internal interface ISignalled
{
    /// <summary>Something about the execution changed: look.</summary>
    void Poll();

    /// <summary>The host is stopping: come to a rest.</summary>
    void Drain();

    /// <summary>End at once; nothing of this invocation counts any more.</summary>
    void Lose();
}

/// <summary>What the host tells a running invocation. Hints: losing one costs latency, never correctness.</summary>
internal sealed class InvocationSignals
{
    private readonly Lock _gate = new();
    private ISignalled? _invocation;
    private bool _draining;
    private bool _lost;

    public void Attach(ISignalled invocation)
    {
        bool draining, lost;
        lock (_gate)
        {
            _invocation = invocation;
            (draining, lost) = (_draining, _lost);
        }

        if (lost) invocation.Lose();
        else if (draining) invocation.Drain();
    }

    /// <summary>Something about the execution changed outside of the invocation.</summary>
    public void Changed() => Get()?.Poll();

    /// <summary>Reach a resting point and stop there.</summary>
    public void Drain()
    {
        lock (_gate) _draining = true;
        Get()?.Drain();
    }

    /// <summary>The execution belongs to somebody else now, or the host must stop: end at once, record nothing.</summary>
    public void Lose()
    {
        lock (_gate) _lost = true;
        Get()?.Lose();
    }

    private ISignalled? Get()
    {
        lock (_gate) return _invocation;
    }
}
