namespace Perdure.Conformance.Handlers.Child;

/// <summary>Suite 3: child contexts.</summary>
internal static class ChildFunctions
{
    public static void AddTo(FunctionCatalogue catalogue)
    {
        PlainChildren.AddTo(catalogue);
        FailingChildren.AddTo(catalogue);
        ReplayedChildren.AddTo(catalogue);
    }

    /// <summary>A step that returns what it is given.</summary>
    public static Task<string> EchoAsync(this IDurableContext context, string value) => context.StepAsync((_, _) => Task.FromResult(value));
}
