using Perdure.Client;
using Perdure.Replay;

namespace Perdure.Engine.Invocation;

/// <summary>How a function is reached: it is handed the envelope of one invocation and answers how that ended.</summary>
/// <remarks>In-process is one way of several. Whatever the way, checkpoints come in through <see cref="IDurableService"/>, and only there.</remarks>
internal interface IFunctionInvoker
{
    /// <summary>Runs one invocation to its end. What it throws counts as a crash: the invocation is repeated.</summary>
    Task<InvocationOutcome> InvokeAsync(InvocationCall call);

    /// <summary>Refuses a function that could never be served, before anything runs.</summary>
    /// <exception cref="InvalidOperationException">Why not.</exception>
    void RequireServable(string function, IDurableSerializer serializer)
    {
    }
}

/// <summary>One invocation as its function gets it.</summary>
/// <param name="Input">The envelope.</param>
/// <param name="RequestId">The invocation's public identity.</param>
/// <param name="Signals">What the host tells it while it runs.</param>
/// <param name="Host">What in-process functions of this host run with.</param>
/// <param name="Core">The engine that asks.</param>
/// <param name="Service">Where its checkpoints go.</param>
internal sealed record InvocationCall(
    DurableExecutionInvocationInput Input, string RequestId, InvocationSignals Signals, InvocationHost Host, EngineCore Core, IDurableService Service)
{
    /// <summary>The execution's deadline as its code is told it.</summary>
    public DateTimeOffset? Deadline { get; init; }

    public string? TenantId { get; init; }
}

/// <summary>What in-process functions of this host run with.</summary>
internal sealed record InvocationHost(IServiceProvider Services, IDurableSerializer Serializer, RuntimeOptions Options)
{
    /// <summary>Who watches every invocation of this host; null for nobody.</summary>
    public InterceptorChain? Interceptors { get; init; }
}
