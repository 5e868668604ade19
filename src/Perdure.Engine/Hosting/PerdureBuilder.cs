using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Hosting;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure;

/// <summary>Adds functions and a store to a host.</summary>
public interface IPerdureBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Serves a function class, made anew with its dependencies for every invocation.</summary>
    /// <remarks>Its name and limits come from <see cref="DurableFunctionAttribute"/>; without one, the class's name is the function's.</remarks>
    /// <exception cref="ArgumentException">Name, version or timeout is not valid, or the name is taken.</exception>
    IPerdureBuilder AddFunction<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors)] TFunction>() where TFunction : class, IDurableFunction;

    /// <summary>Serves a delegate.</summary>
    /// <param name="name">1 to 64 characters of <c>[a-zA-Z0-9-_]</c>.</param>
    /// <param name="function">The function.</param>
    /// <param name="executionTimeout">When an execution times out: 1 s to 366 days, the default.</param>
    /// <param name="tenantIsolation">Whether executions run on behalf of a tenant each, who has to be named at the start.</param>
    /// <exception cref="ArgumentException">Name or timeout is not valid, or the name is taken.</exception>
    IPerdureBuilder AddFunction<TInput, TOutput>(
        string name, Func<TInput, IDurableContext, Task<TOutput>> function, TimeSpan? executionTimeout = null, bool tenantIsolation = false);

    /// <summary>Serves a plain function: one that durable functions call with <see cref="IDurableContext.InvokeAsync"/> and that is itself not durable.</summary>
    /// <remarks>It is called at least once: after a crash in the middle it is called again. It cannot be started by a client, and its calls are not listed.</remarks>
    /// <param name="name">1 to 64 characters of <c>[a-zA-Z0-9-_]</c>.</param>
    /// <param name="function">The function. Its token fires when its host stops.</param>
    /// <param name="timeout">When a call times out: 1 s to 366 days; default 15 minutes.</param>
    /// <exception cref="ArgumentException">Name or timeout is not valid, or the name is taken.</exception>
    IPerdureBuilder AddPlainFunction<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> function, TimeSpan? timeout = null);

    /// <summary>Adds an interceptor: one instance for the host, called in the order in which they were added. Other services may ask for it by its own type.</summary>
    IPerdureBuilder AddInterceptor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInterceptor>() where TInterceptor : class, IDurableInterceptor;

    /// <summary>Adds a source-generated JSON context for the types that functions hand around: their inputs and outputs, results, states and answers.</summary>
    /// <remarks>Contexts are asked in the order in which they were added. Needed in apps compiled with AOT or trimmed; quicker everywhere.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    IPerdureBuilder AddJsonContext(JsonSerializerContext context);

    /// <summary>Keeps executions here.</summary>
    IPerdureBuilder UseStore(Func<IServiceProvider, IExecutionStore> create);
}

internal sealed class PerdureBuilder(IServiceCollection services) : IPerdureBuilder
{
    public IServiceCollection Services => services;

    public IPerdureBuilder AddFunction<[DynamicallyAccessedMembers(Constructors)] TFunction>() where TFunction : class, IDurableFunction
    {
        if (typeof(TFunction).IsAbstract) throw new ArgumentException($"The function class {typeof(TFunction)} is abstract; add the class that implements it.");
        var attribute = typeof(TFunction).GetCustomAttribute<DurableFunctionAttribute>() ?? new DurableFunctionAttribute(typeof(TFunction).Name);
        services.TryAddScoped<TFunction>();
        return Add(new FunctionDefinition(attribute.Name, attribute.Version, attribute.ExecutionTimeoutSeconds, new InProcessInvoker(HandlerOf<TFunction>()))
        {
            RetentionDays = attribute.RetentionPeriodInDays,
            HasTenants = attribute.TenantIsolation,
        });
    }

    /// <summary>Asks the class for its types before there is an instance with dependencies: the method that knows them touches no field.</summary>
    public static FunctionHandler HandlerOf<[DynamicallyAccessedMembers(Constructors)] TFunction>() where TFunction : class, IDurableFunction =>
        ((IDurableFunction)RuntimeHelpers.GetUninitializedObject(typeof(TFunction))).CreateHandler(static services => services.GetRequiredService<TFunction>());

    private const DynamicallyAccessedMemberTypes Constructors =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors;

    public IPerdureBuilder AddFunction<TInput, TOutput>(
        string name, Func<TInput, IDurableContext, Task<TOutput>> function, TimeSpan? executionTimeout = null, bool tenantIsolation = false)
    {
        ArgumentNullException.ThrowIfNull(function);
        var timeout = Seconds(executionTimeout, nameof(executionTimeout)) ?? PerdureLimits.MaxDurationSeconds;
        return Add(new FunctionDefinition(name, FunctionDefinition.Latest, timeout, new InProcessInvoker(new DelegateHandler<TInput, TOutput>(function))) { HasTenants = tenantIsolation });
    }

    public IPerdureBuilder AddPlainFunction<TInput, TOutput>(string name, Func<TInput, CancellationToken, Task<TOutput>> function, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        var seconds = Seconds(timeout, nameof(timeout)) ?? PerdureLimits.MaxInvocationSeconds;
        return Add(new FunctionDefinition(name, FunctionDefinition.Latest, seconds, new InProcessInvoker(new PlainHandler<TInput, TOutput>(function))) { IsDurable = false });
    }

    private static int? Seconds(TimeSpan? timeout, string field) => timeout is { } given
        ? Durations.WholeSeconds(Durations.Require(given, field, "Longer work is split over several executions."))
        : null;

    private PerdureBuilder Add(FunctionDefinition function)
    {
        Add(services, function);
        return this;
    }

    /// <exception cref="ArgumentException">It is not valid, or its name is taken.</exception>
    public static void Add(IServiceCollection services, FunctionDefinition function)
    {
        function.RequireValid();
        if (services.Any(service => service.ImplementationInstance is FunctionDefinition known && known.Name == function.Name))
            throw new ArgumentException($"A function named '{function.Name}' is already registered; give one of them another name.");
        services.AddSingleton(function);
    }

    public IPerdureBuilder AddInterceptor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInterceptor>() where TInterceptor : class, IDurableInterceptor
    {
        services.TryAddSingleton<TInterceptor>();
        services.AddSingleton<IDurableInterceptor>(static provider => provider.GetRequiredService<TInterceptor>());
        return this;
    }

    public IPerdureBuilder AddJsonContext(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        services.Configure<PerdureOptions>(options => options.TypeInfoResolvers.Add(context));
        return this;
    }

    public IPerdureBuilder UseStore(Func<IServiceProvider, IExecutionStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        services.RemoveAll<IExecutionStore>();
        services.AddSingleton(create);
        return this;
    }
}
