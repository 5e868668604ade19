using Microsoft.Extensions.DependencyInjection;
using Perdure.Conformance.Service;

namespace Perdure.Conformance.Handlers;

/// <summary>The functions under test, each by the id of the requirement that it is written for, and those that they call.</summary>
internal sealed class FunctionCatalogue
{
    /// <summary>As AWS's suite deploys them; an execution that may take longer than 15 minutes is not invoked synchronously.</summary>
    private static readonly TimeSpan ExecutionTimeout = TimeSpan.FromSeconds(300);

    private readonly Dictionary<string, Action<IPerdureBuilder, RunLog>> _functions = [];
    private readonly HashSet<string> _endProcess = [];

    public static FunctionCatalogue Create()
    {
        var catalogue = new FunctionCatalogue();
        Step.StepFunctions.AddTo(catalogue);
        Wait.WaitFunctions.AddTo(catalogue);
        Child.ChildFunctions.AddTo(catalogue);
        Callback.CallbackFunctions.AddTo(catalogue);
        Invoke.InvokeFunctions.AddTo(catalogue);
        WaitForCondition.WaitForConditionFunctions.AddTo(catalogue);
        WaitForCallback.WaitForCallbackFunctions.AddTo(catalogue);
        Parallel.ParallelFunctions.AddTo(catalogue);
        Map.MapFunctions.AddTo(catalogue);
        Plugin.PluginFunctions.AddTo(catalogue);
        return catalogue;
    }

    public bool Has(string id) => _functions.ContainsKey(id);

    /// <summary>Whether the function ends the process it runs in, so that it needs one of its own.</summary>
    public bool EndsProcess(string id) => _endProcess.Contains(id);

    public void AddTo(IPerdureBuilder builder, RunLog log)
    {
        foreach (var add in _functions.Values) add(builder, log);
    }

    public FunctionCatalogue Add<TInput, TOutput>(string id, Func<TInput, IDurableContext, Task<TOutput>> function, bool tenantIsolation = false)
    {
        _functions.Add(id, (builder, _) => builder.AddFunction(id, function, ExecutionTimeout, tenantIsolation));
        return this;
    }

    /// <summary>A function that is given null.</summary>
    public FunctionCatalogue Add<TOutput>(string id, Func<IDurableContext, Task<TOutput>> function) =>
        Add<object?, TOutput>(id, (_, context) => function(context));

    /// <summary>A function that is given null and returns nothing.</summary>
    public FunctionCatalogue Add(string id, Func<IDurableContext, Task> function) => Add<object?>(id, async context =>
    {
        await function(context);
        return null;
    });

    /// <summary>A function that ends the process it runs in.</summary>
    public FunctionCatalogue AddCrashing<TInput, TOutput>(string id, Func<TInput, IDurableContext, Task<TOutput>> function)
    {
        _endProcess.Add(id);
        return Add(id, function);
    }

    /// <summary>Adds plugins that watch one function, in this order.</summary>
    public FunctionCatalogue Watch(string id, params Plugin.PluginHooks[] plugins)
    {
        _functions[id] += (builder, log) =>
        {
            foreach (var plugin in plugins) builder.Services.AddSingleton<IDurableInterceptor>(new Plugin.PluginInterceptor(id, plugin, log));
        };
        return this;
    }
}
