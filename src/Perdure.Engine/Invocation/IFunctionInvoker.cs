using Perdure.Replay;

namespace Perdure.Engine.Invocation;

/// <summary>How a function is reached: it is handed the envelope of one invocation and answers how that ended.</summary>
/// <remarks>In-process is one way of several. Whatever the way, checkpoints come in through the environment's service, and only there.</remarks>
internal interface IFunctionInvoker
{
    /// <summary>Runs one invocation to its end. What it throws counts as a crash: the invocation is repeated.</summary>
    /// <param name="input">The envelope.</param>
    /// <param name="environment">What the host knows and provides besides: request id, deadline, tenant, signals, where checkpoints go.</param>
    /// <param name="services">The host's services.</param>
    Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services);

    /// <summary>Refuses a function that could never be served, before anything runs.</summary>
    /// <exception cref="InvalidOperationException">Why not.</exception>
    void RequireServable(string function, IDurableSerializer serializer)
    {
    }
}
