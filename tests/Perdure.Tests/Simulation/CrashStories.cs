namespace Perdure.Tests.Simulation;

/// <summary>One short function per verb. Delays are fixed, so that every run of a story has the same record.</summary>
internal static class CrashStories
{
    private static readonly IRetryStrategy Fixed = RetryStrategy.FromDelegate(static (_, attempt) =>
        attempt < 3 ? RetryDecision.RetryAfter(TimeSpan.FromSeconds(2)) : RetryDecision.DoNotRetry());

    public const string AtMostOnce = "at most once";
    public const string AtMostOnceWithoutRetry = "at most once, no retry";

    private static readonly StepConfig Patient = new()
    {
        Semantics = StepSemantics.AtMostOncePerRetry,
        RetryStrategy = RetryStrategy.FromDelegate(static (_, _) => RetryDecision.RetryAfter(TimeSpan.FromSeconds(1))),
    };

    private static readonly StepConfig Impatient = StepConfig.AtMostOnce();

    /// <summary>The story of a name.</summary>
    public static CrashStory Find(string story) => story switch
    {
        AtMostOnce => new(Careful),
        AtMostOnceWithoutRetry => new(Once),
        _ => StoppingStories.All.GetValueOrDefault(story) ?? ShapeStories.Find(story) ?? new(All[story]),
    };

    private static async Task<string> Careful(IDurableContext context, SimWorld world) =>
        await context.StepAsync((step, _) => { Note(world, step, "a", atMostOnce: true); return Task.FromResult("a"); }, "a", Patient)
        + await Step(context, world, "b")
        + await context.StepAsync((step, _) => { Note(world, step, "c", atMostOnce: true); return Task.FromResult("c"); }, "c", Patient);

    private static async Task<string> Once(IDurableContext context, SimWorld world)
    {
        try
        {
            return await context.StepAsync((step, _) => { Note(world, step, "a", atMostOnce: true); return Task.FromResult("a"); }, "a", Impatient);
        }
        catch (StepInterruptedException)
        {
            return "unknown";
        }
    }

    public static IReadOnlyDictionary<string, Func<IDurableContext, SimWorld, Task<string>>> All { get; } =
        new Dictionary<string, Func<IDurableContext, SimWorld, Task<string>>>
        {
            ["steps"] = async (context, world) =>
                await Step(context, world, "a") + await Step(context, world, "b") + await Step(context, world, "c"),
            ["step without a result"] = async (context, world) =>
            {
                await context.StepAsync((step, _) => { Note(world, step, "void"); return Task.CompletedTask; }, "void");
                return "done";
            },
            ["step with retries"] = async (context, world) => await context.StepAsync(
                (step, _) => { Note(world, step, "flaky"); return step.AttemptNumber < 3 ? throw new TimeoutException("busy") : Task.FromResult("third"); },
                "flaky", new StepConfig { RetryStrategy = Fixed }),
            ["step that fails for good"] = async (context, world) =>
            {
                try
                {
                    await context.StepAsync<string>((step, _) => { Note(world, step, "broken"); throw new TimeoutException("busy"); }, "broken", new StepConfig { RetryStrategy = Fixed });
                    return "unreachable";
                }
                catch (StepException error)
                {
                    return $"{error.ErrorType}: {error.Message} {error.InnerException is null}";
                }
            },
            ["wait"] = async (context, world) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(3), "pause");
                return await Step(context, world, "after");
            },
            ["callback"] = async (context, world) =>
            {
                var callback = await context.CreateCallbackAsync<string>("approval");
                await Step(context, world, "meanwhile");
                return await callback.GetResultAsync();
            },
            ["callback that is refused"] = async (context, world) =>
            {
                var callback = await context.CreateCallbackAsync<string>("approval!fail");
                try
                {
                    return await callback.GetResultAsync();
                }
                catch (CallbackFailedException error)
                {
                    return $"{error.ErrorType}: {error.Message}";
                }
            },
            ["callback that times out"] = async (context, world) =>
            {
                var callback = await context.CreateCallbackAsync<string>("approval!timeout", new CallbackConfig { Timeout = TimeSpan.FromMinutes(5) });
                try
                {
                    return await callback.GetResultAsync();
                }
                catch (CallbackTimeoutException error)
                {
                    return error.ErrorType ?? "";
                }
            },
            ["wait for callback"] = async (context, world) =>
                await context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "ask") + await Step(context, world, "after"),
            ["wait for callback that is refused"] = async (context, world) =>
            {
                try
                {
                    return await context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "ask!fail");
                }
                catch (CallbackFailedException error)
                {
                    await Step(context, world, "after");
                    return $"{error.ErrorType}: {error.Message}";
                }
            },
            ["wait for callback whose submitter fails"] = async (context, world) =>
            {
                try
                {
                    return await context.WaitForCallbackAsync<string>(
                        (_, _, _) => throw new TimeoutException("mail server"), "ask!timeout", new WaitForCallbackConfig { RetryStrategy = Fixed });
                }
                catch (CallbackSubmitterException error)
                {
                    await Step(context, world, "after");
                    return $"{error.ErrorType}: {error.Message}";
                }
            },
            ["wait for condition"] = async (context, world) => (await context.WaitForConditionAsync<int>(
                static (state, _, _) => Task.FromResult(state + 1),
                new() { InitialState = 10, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromMinutes(1), isDone: state => state == 13) }, "poll")).ToString(),
            ["condition that is never met"] = async (context, world) =>
            {
                try
                {
                    await context.WaitForConditionAsync<int>(
                        static (state, _, _) => Task.FromResult(state + 1),
                        new() { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromMinutes(1), maxAttempts: 3) }, "poll");
                    return "unreachable";
                }
                catch (WaitForConditionException error)
                {
                    await Step(context, world, "after");
                    return $"{error.AttemptsExhausted} {error.LastState} {error.Message}";
                }
            },
            ["child context"] = async (context, world) =>
            {
                var inner = await context.RunInChildContextAsync(
                    async (child, _) =>
                    {
                        var first = await Step(child, world, "inner");
                        await child.WaitAsync(TimeSpan.FromSeconds(30));
                        return first + await Step(child, world, "inner2");
                    },
                    "child");
                await context.WaitAsync(TimeSpan.FromSeconds(5));
                return inner;
            },
            ["flat child context"] = async (context, world) =>
            {
                var inner = await context.RunInChildContextAsync(
                    async (child, _) => await Step(child, world, "inner") + await Step(child, world, "inner2"),
                    "child", new ChildContextConfig { NestingType = NestingType.Flat });
                await context.WaitAsync(TimeSpan.FromSeconds(5));
                return inner;
            },
            ["child context with a large result"] = async (context, world) =>
            {
                var inner = await context.RunInChildContextAsync(
                    async (child, _) => await Step(child, world, "inner") + new string('x', 300_000), "child");
                await context.WaitAsync(TimeSpan.FromSeconds(5));
                return inner[..9] + inner.Length;
            },
            ["child context that fails"] = async (context, world) =>
            {
                try
                {
                    await context.RunInChildContextAsync(
                        async (child, _) =>
                        {
                            await Step(child, world, "inner");
                            throw new TimeoutException("gave up");
                        },
                        "child");
                    return "unreachable";
                }
                catch (ChildContextException error)
                {
                    await Step(context, world, "after");
                    return $"{error.ErrorType}: {error.Message} {error.SubType}";
                }
            },
            ["call of another function"] = async (context, world) =>
                await context.InvokeAsync<string, string>("echo", "hi", "call") + await Step(context, world, "after"),
            ["call that fails"] = async (context, world) =>
            {
                try
                {
                    return await context.InvokeAsync<string, string>("echo:$LATEST", "no!fail", "call");
                }
                catch (InvokeFailedException error)
                {
                    await Step(context, world, "after");
                    return $"{error.ErrorType}: {error.Message} {error.FunctionName}";
                }
            },
            ["call of nobody"] = async (context, world) =>
            {
                try
                {
                    return await context.InvokeAsync<string, string>("nobody", "hi", "call");
                }
                catch (InvokeFailedException error)
                {
                    return $"{error.ErrorType}: {error.Message}";
                }
            },
            ["map"] = async (context, world) => string.Concat((await context.MapAsync<string, string>(
                ["x", "y", "z"],
                async (child, item, _, _, _) =>
                {
                    await child.WaitAsync(TimeSpan.FromSeconds(item[0] - 'w'));
                    return await Step(child, world, item);
                },
                "map", new MapConfig<string> { MaxConcurrency = 2 })).GetResults()),
            ["parallel that ends early"] = async (context, world) =>
            {
                var batch = await context.ParallelAsync<string>(
                    [
                        async (child, _) => await Step(child, world, "quick"),
                        async (child, _) =>
                        {
                            await child.WaitAsync(TimeSpan.FromHours(1));
                            return "slow";
                        },
                    ],
                    "race", new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful() });
                await context.WaitAsync(TimeSpan.FromSeconds(5));
                return $"{batch.CompletionReason} {batch.GetResults().Single()}";
            },
            ["group that is retried"] = async (context, world) => await context.RunWithRetryAsync(
                async (group, attempt, _) => await Step(group, world, $"in{attempt}") is var text && attempt < 3 ? throw new TimeoutException("again") : text,
                "group", Fixed),
            ["identities"] = async (context, world) =>
            {
                var before = $"{context.NewGuid() != context.NewGuid()} {context.NewGuid("k") == context.NewGuid("k")} {context.Random.Next()}".Length > 0;
                await context.WaitAsync(TimeSpan.FromSeconds(10));
                var at = context.TimeProvider.GetUtcNow();
                await Step(context, world, "after");
                return $"{before} {context.TimeProvider.GetUtcNow() >= at}";
            },
        };

    public static IRetryStrategy TwiceMore => Fixed;

    public static Task<string> Step(IDurableContext context, SimWorld world, string name) =>
        context.StepAsync((step, _) => { Note(world, step, name); return Task.FromResult(name); }, name);

    public static void Note(SimWorld world, IStepContext step, string name, bool atMostOnce = false) =>
        world.Effects.Add(new SimEffect(name, step.AttemptNumber, atMostOnce, world.Kills));
}
