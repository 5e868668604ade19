using Perdure;

namespace PriorAuthorization;

/// <summary>Operations in the order in which they began, each below the one that contains it. No payloads: those are for the functions.</summary>
internal static class OperationTree
{
    public static IReadOnlyList<OperationView> Of(IReadOnlyList<Operation> operations)
    {
        var children = operations.Where(static operation => operation.Type != OperationTypes.Execution).ToLookup(static operation => operation.ParentId);
        var known = operations.Select(static operation => operation.Id).ToHashSet();
        List<OperationView> views = [];
        foreach (var root in children.Where(group => group.Key is null || !known.Contains(group.Key) || group.Key == operations[0].Id).SelectMany(static group => group)) Add(root, 0);
        return views;

        void Add(Operation operation, int depth)
        {
            views.Add(new OperationView(
                operation.Name ?? "", operation.SubType ?? operation.Type, operation.Status.ToString(),
                operation.StepDetails is { Attempt: > 1 } step ? step.Attempt : null, depth,
                operation.StartTimestamp, operation.EndTimestamp, operation.StepDetails?.Error?.ErrorMessage));
            foreach (var child in children[operation.Id]) Add(child, depth + 1);
        }
    }
}
