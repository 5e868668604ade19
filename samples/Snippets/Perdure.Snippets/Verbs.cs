namespace Perdure.Snippets;

/// <summary>The verbs, one at a time.</summary>
public static class Verbs
{
    /// <summary>A step with its own retry.</summary>
    public static async Task<string> StepAsync(IDurableContext context, IBank bank, Expense expense)
    {
        // <snippet step-config>
        var payment = await context.StepAsync(
            (step, token) => bank.PayAsync(expense, step.IdempotencyKey, token),
            "pay",
            new StepConfig
            {
                RetryStrategy = RetryStrategy.Exponential(
                    maxAttempts: 8,
                    initialDelay: TimeSpan.FromSeconds(2),
                    maxDelay: TimeSpan.FromMinutes(5),
                    retryableExceptions: [typeof(HttpRequestException), typeof(TimeoutException)]),
            });
        // </snippet step-config>
        return payment;
    }

    /// <summary>A step that must never run twice.</summary>
    public static async Task<string> AtMostOnceAsync(IDurableContext context, Func<CancellationToken, Task<string>> launchAsync)
    {
        // <snippet at-most-once>
        try
        {
            return await context.StepAsync(
                (_, token) => launchAsync(token),
                "launch",
                StepConfig.AtMostOnce());
        }
        catch (StepInterruptedException)
        {
            return "unknown: the process ended in the middle of it; somebody must look";
        }
        // </snippet at-most-once>
    }

    /// <summary>A callback in its parts.</summary>
    public static async Task<string> CallbackAsync(IDurableContext context, IMailer mailer)
    {
        // <snippet callback>
        var callback = await context.CreateCallbackAsync<string>("signature", new CallbackConfig
        {
            Timeout = TimeSpan.FromDays(3),
            HeartbeatTimeout = TimeSpan.FromHours(6),
        });
        await context.StepAsync((_, token) => mailer.AskAsync("notary", callback.CallbackId, token), "ask");
        try
        {
            return await callback.GetResultAsync();
        }
        catch (CallbackTimeoutException)
        {
            return "nobody signed";
        }
        // </snippet callback>
    }

    /// <summary>A condition whose wait gives up.</summary>
    public static async Task<int> ConditionAsync(IDurableContext context, Func<CancellationToken, Task<int>> countAsync)
    {
        // <snippet condition>
        try
        {
            return await context.WaitForConditionAsync(
                async (seen, _, token) => Math.Max(seen, await countAsync(token)),
                new WaitForConditionConfig<int>
                {
                    InitialState = 0,
                    WaitStrategy = WaitStrategy.Exponential<int>(maxAttempts: 20, maxDelay: TimeSpan.FromHours(1), isDone: seen => seen >= 3),
                },
                "three-replies");
        }
        catch (WaitForConditionException gaveUp)
        {
            return (int)gaveUp.LastState!; // the last check's state
        }
        // </snippet condition>
    }

    /// <summary>Two flows at once, each in a context of its own.</summary>
    public static async Task<string> ChildContextsAsync(IDurableContext context, Func<string, CancellationToken, Task<string>> fetchAsync)
    {
        // <snippet child-contexts>
        var credit = context.RunInChildContextAsync(
            async (child, _) =>
            {
                var report = await child.StepAsync((_, token) => fetchAsync("credit", token), "fetch");
                await child.WaitAsync(TimeSpan.FromMinutes(1), "cool-off");
                return await child.StepAsync((_, token) => fetchAsync(report, token), "score");
            },
            "credit");
        var identity = context.RunInChildContextAsync(
            (child, _) => child.StepAsync((_, token) => fetchAsync("identity", token), "fetch"), "identity");

        var both = await Task.WhenAll(credit, identity);
        // </snippet child-contexts>
        return string.Join('+', both);
    }

    /// <summary>Undoing what was done when a later step fails.</summary>
    public static async Task<string> CompensateAsync(
        IDurableContext context, Func<CancellationToken, Task> reserveAsync, Func<CancellationToken, Task> shipAsync, Func<CancellationToken, Task> releaseAsync)
    {
        // <snippet compensate>
        await context.StepAsync((_, token) => reserveAsync(token), "reserve");
        try
        {
            await context.StepAsync((_, token) => shipAsync(token), "ship", new StepConfig { RetryStrategy = RetryStrategy.None });
            return "shipped";
        }
        catch (StepException error)
        {
            await context.StepAsync((_, token) => releaseAsync(token), "release");
            return $"released after {error.ErrorType}";
        }
        // </snippet compensate>
    }

    /// <summary>Time, ids and random numbers that replay knows.</summary>
    public static (DateTimeOffset Now, Guid Id, int Dice) Replayable(IDurableContext context)
    {
        // <snippet replayable>
        var now = context.TimeProvider.GetUtcNow();
        var id = context.NewGuid();
        var dice = context.Random.Next(1, 7);
        // </snippet replayable>
        return (now, id, dice);
    }
}
