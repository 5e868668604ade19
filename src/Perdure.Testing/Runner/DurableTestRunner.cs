using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Testing;

/// <summary>Runs a durable function inside the test, on the real engine: a store in memory, a clock that the runner moves, nodes that may be killed.</summary>
/// <remarks>
/// <para>
/// The engine starts with the first call that needs it; register the functions that are called before. Any number of executions may be
/// under way. They are named <c>test-1</c>, <c>test-2</c> and so on, and all ids are seeded: a run has the same ARNs, callback ids and
/// idempotency keys each time, as long as its operations come one after another.
/// </para>
/// <para>
/// Code that awaits something foreign fails its execution (<see cref="TestRunnerOptions.StrictDeterminism"/>). Bodies of steps run on
/// the thread pool, for real.
/// </para>
/// </remarks>
/// <typeparam name="TInput">What the function is started with.</typeparam>
/// <typeparam name="TOutput">What it returns.</typeparam>
public sealed partial class DurableTestRunner<TInput, TOutput> : IDurableTestRunner<TInput, TOutput>
{
    private readonly TestSession _session;

    /// <summary>Tests a delegate.</summary>
    /// <param name="handler">The function.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public DurableTestRunner(Func<TInput, IDurableContext, Task<TOutput>> handler, TestRunnerOptions? options = null)
        : this(Delegate(handler, options), options)
    {
    }

    /// <summary>Tests a function class that the test makes itself.</summary>
    /// <param name="create">Makes the function, anew for every invocation as in production; once more to read its name.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="create"/> is null.</exception>
    public DurableTestRunner(Func<IDurableFunction<TInput, TOutput>> create, TestRunnerOptions? options = null)
        : this(Made(create, options), options)
    {
    }

    internal DurableTestRunner(FunctionSet functions, TestRunnerOptions? options) => _session = new TestSession(
        functions,
        (options ?? new TestRunnerOptions()) with
        {
            TimeProvider = options?.TimeProvider ?? new ManualTimeProvider(),
            Effects = options?.Effects ?? new EffectLedger(),
        });

    /// <summary>Tests a function class with its dependencies, as a host makes it.</summary>
    /// <param name="services">Registers what the function depends on; the runner's clock is there as <see cref="System.TimeProvider"/>.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    public static DurableTestRunner<TInput, TOutput> For<TFunction>(Action<IServiceCollection>? services = null, TestRunnerOptions? options = null)
        where TFunction : class, IDurableFunction<TInput, TOutput> => new(
        new FunctionSet(NameOf(typeof(TFunction)), builder =>
        {
            services?.Invoke(builder.Services);
            builder.AddFunction<TFunction>();
        }),
        options);

    private static FunctionSet Delegate(Func<TInput, IDurableContext, Task<TOutput>> handler, TestRunnerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var name = (options ?? new TestRunnerOptions()).FunctionName;
        return new FunctionSet(name, builder => builder.AddFunction(name, handler));
    }

    private static FunctionSet Made(Func<IDurableFunction<TInput, TOutput>> create, TestRunnerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(create);
        var attribute = create().GetType().GetCustomAttribute<DurableFunctionAttribute>();
        var name = attribute?.Name ?? (options ?? new TestRunnerOptions()).FunctionName;
        var timeout = attribute is null ? (TimeSpan?)null : TimeSpan.FromSeconds(attribute.ExecutionTimeoutSeconds);
        return new FunctionSet(name, builder => builder.AddFunction<TInput, TOutput>(name, (input, context) => create().RunAsync(input, context), timeout));
    }

    private static string NameOf(Type function) => function.GetCustomAttribute<DurableFunctionAttribute>()?.Name ?? function.Name;

    /// <summary>The engine's clock.</summary>
    public ManualTimeProvider TimeProvider => _session.Options.TimeProvider!; // set by the constructor

    /// <summary>The external system that bodies tell their effects to.</summary>
    public EffectLedger Effects => _session.Options.Effects!; // set by the constructor

    /// <summary>Serves a plain function that the function under test calls by <c>InvokeAsync</c>.</summary>
    /// <remarks>
    /// <para>
    /// Its failure is the call's failure, and a crash in the middle of it runs it again. Calls find it by its name, whichever qualifier or ARN they give.
    /// </para>
    /// <para>The second argument of <paramref name="function"/> stands where AWS has an <c>ILambdaContext</c>; it is null here.</para>
    /// </remarks>
    /// <param name="functionNameOrArn">Its name, with or without a qualifier, or its ARN.</param>
    /// <param name="function">The function.</param>
    /// <returns>This runner.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or is taken.</exception>
    /// <exception cref="InvalidOperationException">The engine has started.</exception>
    public DurableTestRunner<TInput, TOutput> RegisterFunction<TPayload, TResult>(string functionNameOrArn, Func<TPayload, object?, Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Register(functionNameOrArn, name => builder => builder.AddPlainFunction<TPayload, TResult>(name, (payload, _) => function(payload, null)));
    }

    /// <summary>As the other overload, for a function that needs no host context.</summary>
    /// <exception cref="ArgumentException">The name is not valid, or is taken.</exception>
    /// <exception cref="InvalidOperationException">The engine has started.</exception>
    public DurableTestRunner<TInput, TOutput> RegisterFunction<TPayload, TResult>(string functionNameOrArn, Func<TPayload, Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RegisterFunction<TPayload, TResult>(functionNameOrArn, (payload, _) => function(payload));
    }

    /// <summary>Serves a durable function that the function under test calls by <c>InvokeAsync</c>.</summary>
    /// <param name="functionNameOrArn">Its name, with or without a qualifier, or its ARN. Calls find it by its name, whichever qualifier they give.</param>
    /// <param name="function">The function.</param>
    /// <returns>This runner.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or is taken.</exception>
    /// <exception cref="InvalidOperationException">The engine has started.</exception>
    public DurableTestRunner<TInput, TOutput> RegisterDurableFunction<TPayload, TResult>(
        string functionNameOrArn, Func<TPayload, IDurableContext, Task<TResult>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Register(functionNameOrArn, name => builder => builder.AddFunction(name, function));
    }

    /// <summary>Serves a function class that the function under test calls; it is named by its attribute and made from the same services.</summary>
    /// <returns>This runner.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or is taken.</exception>
    /// <exception cref="InvalidOperationException">The engine has started.</exception>
    public DurableTestRunner<TInput, TOutput> RegisterDurableFunction<TFunction>() where TFunction : class, IDurableFunction =>
        Register(NameOf(typeof(TFunction)), static _ => static builder => builder.AddFunction<TFunction>());

    private DurableTestRunner<TInput, TOutput> Register(string functionNameOrArn, Func<string, Action<IPerdureBuilder>> registration)
    {
        _session.Register(functionNameOrArn, registration);
        return this;
    }

    /// <summary>Ends the engine; whatever is under way stays unfinished.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
