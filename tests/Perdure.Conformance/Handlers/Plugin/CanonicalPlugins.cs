using System.Text.Json.Nodes;
using static Perdure.Conformance.Handlers.Plugin.PluginFunctions;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>Hooks written out member by member: what an interceptor can see. A member that the hook's own argument does not have is left out.</summary>
internal static class CanonicalPlugins
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("10-19", async (input, context) =>
        {
            await WaitAsync(context);
            return $"done-{input}";
        })
        .Watch("10-19", new PluginHooks(Name)
        {
            InvocationStart = invocation => new JsonObject(Members(invocation)) { ["updatedOperationsCount"] = invocation.UpdatedOperationIds.Count },
            InvocationEnd = (invocation, end) => new JsonObject(Members(invocation))
            {
                ["status"] = WireWord.Of(end.Status), ["terminal"] = Words.IsTerminal(end), ["executionError"] = end.Error?.ErrorMessage,
            },
        })
        .Add("10-20", context => context.StepAsync((_, _) => Task.FromResult("task-a"), "greet")).Watch("10-20", new PluginHooks(Name)
        {
            OperationStart = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject(Members(operation))),
            OperationEnd = PluginHooks.Of(OperationTypes.Step, operation => new JsonObject(Members(operation))),
        })
        .Add("10-21", context => context.FlakyAsync("ok", "flaky")).Watch("10-21", new PluginHooks(Name)
        {
            AttemptStart = attempt => new JsonObject(Members(attempt)),
            AttemptEnd = (attempt, outcome) => new JsonObject(Members(attempt))
            {
                ["endTimestamp"] = Words.Iso(outcome.EndedAt), ["outcome"] = Words.Outcome(outcome.Succeeded), ["error"] = outcome.Error?.ErrorMessage,
            },
        })
        .Add("10-22", context => context.StepAsync((_, _) => Task.FromResult("task-a"), "greet")).Watch("10-22", new PluginHooks(Name)
        {
            OperationChange = (change, item) => item.Operation.Type != OperationTypes.Step ? null : new JsonObject(Members(item))
            {
                ["executionArn"] = change.ExecutionArn, ["updatedOperationsCount"] = change.Changed.Count, ["operationsCount"] = change.Operations.Count,
                ["inFullMap"] = change.Operations.ContainsKey(item.Operation.Id),
            },
        })
        .Add("10-23", async context => (await context.ParallelAsync(
            [
                new DurableBranch<string>("branch-a", async (branch, _) =>
                {
                    await branch.StepAsync((_, _) => Task.FromResult("x"), "inner");
                    await WaitAsync(branch);
                    return "a-done";
                }),
                new DurableBranch<string>("branch-b", (_, _) => Task.FromResult("b-done")),
            ],
            "ctx",
            new ParallelConfig { MaxConcurrency = 1 })).GetResults())
        .Watch("10-23", new PluginHooks(Name)
        {
            OperationStart = PluginHooks.Of(OperationTypes.Context, operation => new JsonObject(Members(operation))),
            BodyStart = body => new JsonObject
            {
                ["id"] = body.OperationId, ["name"] = body.Name, ["subType"] = body.SubType, ["parentId"] = body.ParentId, ["isReplayingChildren"] = body.IsReplayingChildren,
            },
        });

    private static Dictionary<string, JsonNode?> Members(InvocationInfo invocation) => new()
    {
        ["isFirstInvocation"] = invocation.IsFirstInvocation,
        ["requestId"] = invocation.RequestId,
        ["operationsCount"] = invocation.Operations.Count,
        ["executionStartTimestamp"] = Words.Iso(invocation.ExecutionStartedAt),
    };

    private static Dictionary<string, JsonNode?> Members(OperationEvent item)
    {
        var operation = item.Operation;
        return new Dictionary<string, JsonNode?>
        {
            ["id"] = operation.Id,
            ["name"] = operation.Name,
            ["type"] = operation.Type,
            ["subType"] = operation.SubType,
            ["parentId"] = operation.ParentId,
            ["status"] = WireWord.Of(operation.Status),
            ["startTimestamp"] = Words.Iso(operation.StartTimestamp),
            ["endTimestamp"] = operation.EndTimestamp is { } end ? Words.Iso(end) : null,
            ["error"] = (operation.StepDetails?.Error ?? operation.ContextDetails?.Error)?.ErrorMessage,
            ["attempt"] = operation.StepDetails?.Attempt,
            ["isReplay"] = item.IsReplay,
        };
    }

    private static Dictionary<string, JsonNode?> Members(AttemptInfo attempt) => new()
    {
        ["id"] = attempt.OperationId,
        ["name"] = attempt.Name,
        ["type"] = attempt.Type,
        ["subType"] = attempt.SubType,
        ["parentId"] = attempt.ParentId,
        ["attempt"] = attempt.Number,
        ["startTimestamp"] = Words.Iso(attempt.StartedAt),
        ["isReplay"] = attempt.IsReplay,
    };
}
