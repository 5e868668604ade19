using Perdure.Conformance.Handlers.Child;

namespace Perdure.Conformance.Handlers.Parallel;

/// <summary>Suite 8: branches side by side.</summary>
internal static class ParallelFunctions
{
    public static void AddTo(FunctionCatalogue catalogue)
    {
        Branches.AddTo(catalogue);
        CompletionPolicies.AddTo(catalogue);
    }

    /// <summary>One branch at a time, so that the history has one order.</summary>
    public static Task<IBatchResult<string>> InOrderAsync(
        this IDurableContext context, string? name, CompletionConfig? completion, params Func<IDurableContext, CancellationToken, Task<string>>[] branches) =>
        context.ParallelAsync(branches, name, new ParallelConfig { MaxConcurrency = 1, CompletionConfig = completion ?? CompletionConfig.AllSuccessful() });

    /// <summary>A branch that returns a value.</summary>
    public static Func<IDurableContext, CancellationToken, Task<string>> Return(string value) => (_, _) => Task.FromResult(value);

    /// <summary>A branch that fails.</summary>
    public static Func<IDurableContext, CancellationToken, Task<string>> Fail { get; } = (_, _) => throw new InvalidOperationException("The branch failed.");

    /// <summary>A branch that returns what its only step returned.</summary>
    public static Func<IDurableContext, CancellationToken, Task<string>> StepOf(string value) => (branch, _) => branch.EchoAsync(value);
}
