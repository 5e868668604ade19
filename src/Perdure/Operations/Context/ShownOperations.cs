namespace Perdure.Operations;

/// <summary>Which recorded operations an invocation is shown.</summary>
internal static class ShownOperations
{
    /// <summary>All but those inside a finished context: its outcome stands for them, unless it is rebuilt from them.</summary>
    public static IEnumerable<Operation> Of(IReadOnlyList<Operation> recorded)
    {
        var hiding = recorded.Where(static operation => operation is { Type: OperationTypes.Context, EndTimestamp: not null, ContextDetails.ReplayChildren: not true })
            .Select(static operation => operation.Id).ToHashSet();
        var parents = recorded.ToDictionary(static operation => operation.Id, static operation => operation.ParentId);
        return recorded.Where(operation => !IsHidden(operation.ParentId));

        bool IsHidden(string? context)
        {
            for (; context is not null; context = parents.GetValueOrDefault(context))
            {
                if (hiding.Contains(context)) return true;
            }

            return false;
        }
    }
}
