namespace Perdure.Snippets;

/// <summary>Code that changes while executions run.</summary>
public static class Versions
{
    /// <summary>Before the change.</summary>
    public static async Task<string> FirstAsync(IDurableContext context, Func<string, CancellationToken, Task<string>> askAsync)
    {
        var opinion = await context.StepAsync((_, token) => askAsync("one", token), "opinion");
        await context.WaitAsync(TimeSpan.FromDays(7), "objections");
        return opinion;
    }

    /// <summary>The first deployment: both branches.</summary>
    public static async Task<string> PatchedAsync(IDurableContext context, Func<string, CancellationToken, Task<string>> askAsync)
    {
        var opinion = await context.StepAsync((_, token) => askAsync("one", token), "opinion");
        // <snippet patched>
        if (context.Patched("second-opinion"))
            opinion += await context.StepAsync((_, token) => askAsync("two", token), "second-opinion");
        // </snippet patched>
        await context.WaitAsync(TimeSpan.FromDays(7), "objections");
        return opinion;
    }

    /// <summary>The second deployment: the old branch is gone.</summary>
    public static async Task<string> DeprecatedAsync(IDurableContext context, Func<string, CancellationToken, Task<string>> askAsync)
    {
        var opinion = await context.StepAsync((_, token) => askAsync("one", token), "opinion");
        // <snippet deprecated>
        context.DeprecatePatch("second-opinion");
        opinion += await context.StepAsync((_, token) => askAsync("two", token), "second-opinion");
        // </snippet deprecated>
        await context.WaitAsync(TimeSpan.FromDays(7), "objections");
        return opinion;
    }

    /// <summary>Operations whose order may change.</summary>
    public static async Task<string> KeyedAsync(IDurableContext context, Func<string, CancellationToken, Task<string>> askAsync)
    {
        // <snippet keyed>
        var credit = context.StepAsync((_, token) => askAsync("credit", token), "credit", new StepConfig { Key = "credit" });
        var identity = context.StepAsync((_, token) => askAsync("identity", token), "identity", new StepConfig { Key = "identity" });
        var both = await Task.WhenAll(credit, identity);
        // </snippet keyed>
        return string.Concat(both);
    }

    /// <summary>Who has to be looked at.</summary>
    public static async Task<IReadOnlyList<string>> MismatchedAsync(IPerdureClient client)
    {
        List<string> reasons = [];
        // <snippet mismatched>
        await foreach (var execution in client.ListAsync(new ExecutionFilter { Status = ExecutionStatus.Running }))
        {
            if (execution.Attention == ExecutionAttention.Mismatched) reasons.Add($"{execution.Name}: {execution.AttentionReason}");
        }
        // </snippet mismatched>
        return reasons;
    }
}
