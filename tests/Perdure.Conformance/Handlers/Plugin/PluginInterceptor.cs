using System.Text.Json.Nodes;
using Perdure.Conformance.Service;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>A plugin on the host: it writes for the executions of one function, as if that were the only one.</summary>
internal sealed class PluginInterceptor(string function, PluginHooks plugin, RunLog log) : IDurableInterceptor
{
    public ValueTask OnInvocationStartAsync(InvocationInfo invocation)
    {
        if (plugin.InvocationStart is { } hook) Write(invocation.ExecutionArn, "invocation-start", () => hook(invocation));
        return ValueTask.CompletedTask;
    }

    public ValueTask OnInvocationEndAsync(InvocationInfo invocation, InvocationEndInfo end)
    {
        if (plugin.InvocationEnd is { } hook) Write(invocation.ExecutionArn, "invocation-end", () => hook(invocation, end));
        return ValueTask.CompletedTask;
    }

    public void OnOperationStart(OperationEvent operation)
    {
        if (plugin.OperationStart is { } hook) Write(operation.ExecutionArn, "operation-start", () => hook(operation));
    }

    public void OnOperationEnd(OperationEvent operation)
    {
        if (plugin.OperationEnd is { } hook) Write(operation.ExecutionArn, "operation-end", () => hook(operation));
    }

    public void OnOperationsChanged(OperationsChange change)
    {
        if (plugin.OperationChange is not { } hook) return;
        foreach (var item in change.Changed) Write(change.ExecutionArn, "operation-change", () => hook(change, item));
    }

    public ValueTask OnAttemptStartAsync(AttemptInfo attempt)
    {
        if (plugin.AttemptStart is { } hook) Write(attempt.ExecutionArn, "attempt-start", () => hook(attempt));
        return ValueTask.CompletedTask;
    }

    public ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome)
    {
        if (plugin.AttemptEnd is { } hook) Write(attempt.ExecutionArn, "attempt-end", () => hook(attempt, outcome));
        return ValueTask.CompletedTask;
    }

    public void OnContextBodyStart(ContextBodyInfo body)
    {
        if (plugin.BodyStart is { } hook) Write(body.ExecutionArn, "fn-start", () => hook(body));
    }

    public void OnContextBodyEnd(ContextBodyInfo body, Exception? error)
    {
        if (plugin.BodyEnd is { } hook) Write(body.ExecutionArn, "fn-end", () => hook(body, error));
    }

    private void Write(string executionArn, string hook, Func<JsonObject?> describe)
    {
        if (executionArn.Split(':')[6] != function || describe() is not { } members) return;
        var record = new JsonObject { ["plugin"] = plugin.Name, ["hook"] = members["hook"]?.DeepClone() ?? hook, ["durableExecutionArn"] = executionArn };
        foreach (var (name, value) in members)
        {
            if (value is not null) record[name] = value.DeepClone(); // what is unset is left out
        }

        log.Write(record);
        if (plugin.Throws) throw new InvalidOperationException($"{plugin.Name} fails in {hook}.");
    }
}
