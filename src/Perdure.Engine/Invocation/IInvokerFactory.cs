using System.Text.Json;

namespace Perdure.Engine.Invocation;

/// <summary>Makes the invokers of functions that are registered while a node runs: each way to reach a function has one.</summary>
internal interface IInvokerFactory
{
    /// <summary>The invoker of a function; null when its configuration is not of this way.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="configuration">The registration as it came, with <c>Code</c>, <c>Handler</c>, <c>Runtime</c> and <c>Environment</c>.</param>
    /// <exception cref="ArgumentException">It is of this way, and not valid.</exception>
    IFunctionInvoker? TryCreate(string function, JsonElement configuration);
}
