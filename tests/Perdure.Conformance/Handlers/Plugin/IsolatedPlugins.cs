using System.Text.Json.Nodes;
using static Perdure.Conformance.Handlers.Plugin.PluginFunctions;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>Plugins whose every hook throws: neither the execution nor another plugin is harmed.</summary>
internal static class IsolatedPlugins
{
    private static readonly PluginHooks Faulty = new("CONFPLUGIN-FAULTY")
    {
        Throws = true,
        InvocationStart = _ => [],
        InvocationEnd = (_, _) => [],
        OperationStart = PluginHooks.Of(OperationTypes.Step, _ => []),
        OperationEnd = PluginHooks.Of(OperationTypes.Step, _ => []),
        AttemptStart = _ => [],
        AttemptEnd = (_, _) => [],
    };

    private static readonly PluginHooks Healthy = new("CONFPLUGIN-HEALTHY")
    {
        InvocationStart = invocation => new JsonObject { ["first"] = invocation.IsFirstInvocation },
        InvocationEnd = (_, end) => new JsonObject { ["status"] = WireWord.Of(end.Status) },
        OperationStart = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject { ["op"] = operation.Operation.Id }),
        OperationEnd = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject { ["op"] = operation.Operation.Id, ["status"] = WireWord.Of(operation.Operation.Status) }),
        AttemptStart = attempt => new JsonObject { ["op"] = attempt.OperationId },
        AttemptEnd = (attempt, outcome) => new JsonObject { ["op"] = attempt.OperationId, ["outcome"] = Words.Outcome(outcome.Succeeded) },
    };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("10-4", GreetAsync).Watch("10-4", Faulty)
        .Add<string, string>("10-17", GreetAsync).Watch("10-17", Faulty, Healthy);
}
