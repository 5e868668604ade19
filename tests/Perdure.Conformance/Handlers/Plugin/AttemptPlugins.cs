using System.Text.Json.Nodes;
using static Perdure.Conformance.Handlers.Plugin.PluginFunctions;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>The hooks around attempts.</summary>
internal static class AttemptPlugins
{
    private static readonly PluginHooks StartAndEnd = new(Name)
    {
        AttemptStart = attempt => new JsonObject { ["n"] = attempt.Number, ["op"] = attempt.OperationId },
        AttemptEnd = (attempt, outcome) => new JsonObject { ["n"] = attempt.Number, ["outcome"] = Words.Outcome(outcome.Succeeded), ["op"] = attempt.OperationId },
    };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("10-3", context => context.FlakyAsync("Operation succeeded")).Watch("10-3", StartAndEnd)
        .Add("10-15", context => context.StepAsync((_, _) => throw new InvalidOperationException("always"), config: TwoAttempts)).Watch("10-15", StartAndEnd with
        {
            OperationEnd = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject { ["op"] = operation.Operation.Id, ["status"] = WireWord.Of(operation.Operation.Status) }),
        });
}
