namespace Perdure.Snippets;

/// <summary>Tasks side by side, and groups that are run again.</summary>
public static class Races
{
    /// <summary>Both, or the first error.</summary>
    public static async Task<int> SumAsync(IDurableContext context, Func<string, CancellationToken, Task<int>> countAsync)
    {
        // <snippet when-all>
        var counts = await context.WhenAllAsync(
            "counts",
            context.StepAsync((_, token) => countAsync("north", token), "north"),
            context.StepAsync((_, token) => countAsync("south", token), "south"));
        return counts.Sum();
        // </snippet when-all>
    }

    /// <summary>A reminder when nobody answers.</summary>
    public static async Task<string> RemindAsync(IDurableContext context, IMailer mailer)
    {
        // <snippet when-any>
        var callback = await context.CreateCallbackAsync<string>("answer");
        await context.StepAsync((_, token) => mailer.AskAsync("Ada", callback.CallbackId, token), "ask");

        var answer = callback.GetResultAsync();
        var patience = context.WaitAsync(TimeSpan.FromDays(2), "patience");
        if (await context.WhenAnyAsync("answer-or-patience", answer, patience) == 1)
            await context.StepAsync((_, token) => mailer.AskAsync("Ada, again", callback.CallbackId, token), "remind");
        return await answer;
        // </snippet when-any>
    }

    /// <summary>Only one kind of failure is worth another try.</summary>
    public static async Task<string> BookAsync(IDurableContext context, Func<CancellationToken, Task<string>> reserveAsync)
    {
        // <snippet group-retry-rule>
        return await context.RunWithRetryAsync(
            (group, attempt, _) => group.StepAsync((_, token) => reserveAsync(token), "reserve", new StepConfig { RetryStrategy = RetryStrategy.None }),
            "booking",
            RetryStrategy.FromDelegate((error, attempt) =>
                attempt < 5 && error is ChildContextException failed && failed.IsError<TimeoutException>()
                    ? RetryDecision.RetryAfter(TimeSpan.FromMinutes(10))
                    : RetryDecision.DoNotRetry()));
        // </snippet group-retry-rule>
    }
}
