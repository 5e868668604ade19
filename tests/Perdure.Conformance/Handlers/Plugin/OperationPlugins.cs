using System.Text.Json.Nodes;
using Perdure.Conformance.Handlers.Child;
using static Perdure.Conformance.Handlers.Plugin.PluginFunctions;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>The hooks of operations: started, changed, over, and the bodies of contexts.</summary>
internal static class OperationPlugins
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static void AddTo(FunctionCatalogue catalogue)
    {
        catalogue
            .Add<string, string>("10-2", GreetAsync).Watch("10-2", new PluginHooks(Name)
            {
                OperationStart = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject { ["op"] = operation.Operation.Id }),
                OperationEnd = PluginHooks.Of(OperationTypes.Step, WithStatus),
            })
            .Add<string, string>("10-8", GreetAsync).Watch("10-8", new PluginHooks(Name) { OperationChange = Changed })
            .Add("10-10", WaitAsync).Watch("10-10", new PluginHooks(Name)
            {
                OperationStart = PluginHooks.Of(OperationTypes.Wait, operation => new JsonObject { ["op"] = operation.Operation.Id, ["type"] = operation.Operation.Type }),
                OperationEnd = PluginHooks.Of(OperationTypes.Wait, operation => new JsonObject
                {
                    ["op"] = operation.Operation.Id, ["type"] = operation.Operation.Type, ["status"] = WireWord.Of(operation.Operation.Status),
                }),
            })
            .Add<string, string>("10-11", (name, context) => context.RunInChildContextAsync((child, _) => GreetAsync(name, child))).Watch("10-11", new PluginHooks(Name)
            {
                OperationEnd = operation => new JsonObject
                {
                    ["op"] = operation.Operation.Id, ["parent"] = operation.Operation.ParentId ?? Words.None, ["status"] = WireWord.Of(operation.Operation.Status),
                },
            })
            .Add("10-12", async context => (await context.ParallelAsync<string>(
                [(_, _) => Task.FromResult("task-1"), (_, _) => Task.FromResult("task-2")], "parallel", new ParallelConfig { MaxConcurrency = 1 })).GetResults())
            .Watch("10-12", new PluginHooks(Name)
            {
                BodyStart = body => body.SubType == OperationSubTypes.ParallelBranch ? new JsonObject(Body(body)) : null,
                BodyEnd = (body, error) => body.SubType == OperationSubTypes.ParallelBranch ? new JsonObject(Body(body)) { ["outcome"] = Words.Outcome(error is null) } : null,
            });
        AddReplayed(catalogue);
    }

    private static void AddReplayed(FunctionCatalogue catalogue) => catalogue
        .Add("10-13", async context =>
        {
            await context.EchoAsync("a");
            return await context.FlakyAsync("Operation succeeded");
        })
        .Watch("10-13", new PluginHooks(Name)
        {
            OperationStart = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject { ["op"] = operation.Operation.Id, ["replay"] = operation.IsReplay }),
            OperationEnd = PluginHooks.Of(OperationTypes.Step, WithStatus),
        })
        .Add("10-14", async context =>
        {
            await context.EchoAsync("task-a");
            await context.StepAsync((_, _) => throw new InvalidOperationException("boom"), config: NoRetry);
        })
        .Watch("10-14", new PluginHooks(Name)
        {
            OperationEnd = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject(Ended(operation))
            {
                ["result"] = operation.Operation.StepDetails?.Result ?? Words.None,
                ["error"] = operation.Operation.StepDetails?.Error?.ErrorMessage ?? Words.None,
            }),
        })
        .Add("10-18", async context => (await context.ParallelAsync<string>(
            [(branch, _) => WaitInBranchAsync(branch, "short", 2), (branch, _) => WaitInBranchAsync(branch, "long", 8)],
            "waits",
            new ParallelConfig { MaxConcurrency = 2 })).GetResults())
        .Watch("10-18", new PluginHooks(Name)
        {
            OperationStart = PluginHooks.Of(OperationTypes.Wait, operation => new JsonObject
            {
                ["type"] = operation.Operation.Type, ["name"] = operation.Operation.Name, ["replay"] = operation.IsReplay,
                ["pending"] = operation.Operation.Status == OperationStatus.Started,
            }),
            OperationEnd = PluginHooks.Of(OperationTypes.Wait, operation => new JsonObject
            {
                ["type"] = operation.Operation.Type, ["name"] = operation.Operation.Name, ["status"] = WireWord.Of(operation.Operation.Status),
            }),
        });

    private static async Task<string> WaitInBranchAsync(IDurableContext branch, string name, int seconds)
    {
        await branch.WaitAsync(seconds * Second, name);
        return $"{name}-done";
    }

    private static JsonObject WithStatus(OperationEvent operation) => new(Ended(operation));

    private static Dictionary<string, JsonNode?> Ended(OperationEvent operation) =>
        new() { ["op"] = operation.Operation.Id, ["status"] = WireWord.Of(operation.Operation.Status) };

    private static Dictionary<string, JsonNode?> Body(ContextBodyInfo body) => new() { ["op"] = body.OperationId, ["parent"] = body.ParentId ?? Words.None };

    private static JsonObject? Changed(OperationsChange change, OperationEvent item) => item.Operation.Type != OperationTypes.Step ? null : new JsonObject
    {
        ["op"] = item.Operation.Id,
        ["status"] = WireWord.Of(item.Operation.Status),
        ["in_full_map"] = change.Operations.ContainsKey(item.Operation.Id),
    };
}
