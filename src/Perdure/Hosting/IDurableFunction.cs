using Perdure.Hosting;

namespace Perdure;

/// <summary>A durable function, of whatever types. Implement <see cref="IDurableFunction{TInput, TOutput}"/>.</summary>
public interface IDurableFunction
{
    /// <summary>How a host calls the function; implemented by <see cref="IDurableFunction{TInput, TOutput}"/>.</summary>
    /// <remarks>
    /// It gives hosts the input and output types without reflection, so that registration works in AOT-compiled apps. An instance method
    /// that uses no instance: the native compiler miscompiles a static one whose default body lies in a generic interface.
    /// </remarks>
    FunctionHandler CreateHandler(Func<IServiceProvider, IDurableFunction> create);
}

/// <summary>A durable function: ordinary code whose progress is checkpointed.</summary>
/// <remarks>A new instance is made, with its dependencies, for every invocation; keep no state in fields.</remarks>
public interface IDurableFunction<TInput, TOutput> : IDurableFunction
{
    /// <summary>The function.</summary>
    /// <param name="input">What the execution was started with.</param>
    /// <param name="context">The verbs that make progress durable.</param>
    Task<TOutput> RunAsync(TInput input, IDurableContext context);

    FunctionHandler IDurableFunction.CreateHandler(Func<IServiceProvider, IDurableFunction> create) => new ClassHandler<TInput, TOutput>(create);
}

/// <summary>Names a function and sets its limits.</summary>
/// <param name="name">1 to 64 characters of <c>[a-zA-Z0-9-_]</c>; part of every execution's ARN.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DurableFunctionAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>Version shown in ARNs: <c>$LATEST</c> or digits. Default <c>$LATEST</c>.</summary>
    public string Version { get; set; } = "$LATEST";

    /// <summary>Seconds until an execution times out: 1 to 31,622,400 (366 days), the default.</summary>
    public int ExecutionTimeoutSeconds { get; set; } = Protocol.PerdureLimits.MaxDurationSeconds;

    /// <summary>Whether executions run on behalf of a tenant each, who has to be named at the start. Default false.</summary>
    public bool TenantIsolation { get; set; }

    /// <summary>Days for which a finished execution is kept: 1 to 90. 0, the default, is the host's default (14).</summary>
    public int RetentionPeriodInDays { get; set; }
}
