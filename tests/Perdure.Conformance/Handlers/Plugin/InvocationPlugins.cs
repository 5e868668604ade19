using System.Text.Json.Nodes;
using static Perdure.Conformance.Handlers.Plugin.PluginFunctions;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>The hooks around invocations.</summary>
internal static class InvocationPlugins
{
    private static readonly PluginHooks StartAndEnd = new(Name)
    {
        InvocationStart = invocation => new JsonObject { ["first"] = invocation.IsFirstInvocation },
        InvocationEnd = (_, end) => new JsonObject { ["status"] = WireWord.Of(end.Status) },
    };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("10-1", GreetAsync).Watch("10-1", StartAndEnd)
        .Add<string, string>("10-5", GreetAsync).Watch("10-5", Named("CONFPLUGIN-A"), Named("CONFPLUGIN-B"))
        .Add("10-6", WaitAsync).Watch("10-6", StartAndEnd)
        .Add("10-7", context => context.StepAsync((_, _) => throw new InvalidOperationException("always"), config: NoRetry)).Watch("10-7", StartAndEnd)
        .Add("10-9", WaitAsync).Watch("10-9", new PluginHooks(Name) { InvocationStart = UpdatedWait })
        .Add("10-16", WaitAsync).Watch("10-16", new PluginHooks(Name)
        {
            InvocationStart = invocation => new JsonObject { ["first"] = invocation.IsFirstInvocation },
            InvocationEnd = (invocation, end) => new JsonObject
            {
                ["first"] = invocation.IsFirstInvocation, ["terminal"] = Words.IsTerminal(end), ["status"] = WireWord.Of(end.Status),
            },
        });

    private static PluginHooks Named(string name) => new(name)
    {
        InvocationStart = _ => [],
        InvocationEnd = (_, end) => new JsonObject { ["status"] = WireWord.Of(end.Status) },
    };

    /// <summary>The wait that ended between two invocations. The function has no more than one.</summary>
    private static JsonObject? UpdatedWait(InvocationInfo invocation) =>
        invocation.Operations.SingleOrDefault(operation => operation.Type == OperationTypes.Wait && invocation.UpdatedOperationIds.Contains(operation.Id)) is { } wait
            ? new JsonObject { ["hook"] = "updated-on-invoke", ["op"] = wait.Id, ["status"] = WireWord.Of(wait.Status), ["first"] = invocation.IsFirstInvocation }
            : null;
}
