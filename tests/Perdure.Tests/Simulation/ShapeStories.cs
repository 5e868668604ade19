using static Perdure.Tests.Simulation.CrashStories;

namespace Perdure.Tests.Simulation;

/// <summary>Stories of typed branches, keys, patches and limits of steps.</summary>
internal static class ShapeStories
{
    public const string NeverInterrupted = "no interruption";
    public const string OnceInterrupted = "one interruption";

    public static CrashStory? Find(string story) => story switch
    {
        NeverInterrupted => new((context, world) => Limited(context, world, 0)),
        OnceInterrupted => new((context, world) => Limited(context, world, 1)),
        _ => All.GetValueOrDefault(story),
    };

    private static async Task<string> Limited(IDurableContext context, SimWorld world, int limit) =>
        await Limited(context, world, limit, "a") + await Step(context, world, "b") + await Limited(context, world, limit, "c");

    private static async Task<string> Limited(IDurableContext context, SimWorld world, int limit, string name)
    {
        try
        {
            return await context.StepAsync((step, _) => { Note(world, step, name); return Task.FromResult(name); }, name, new StepConfig { MaxInterruptions = limit });
        }
        catch (StepInterruptedException)
        {
            return "-";
        }
    }

    public static IReadOnlyDictionary<string, CrashStory> All { get; } = new Dictionary<string, CrashStory>
    {
        ["parallel of three types"] = new(async (context, world) =>
        {
            await using var parallel = context.CreateParallel("parallel");
            var text = parallel.BranchAsync("text", (branch, _) => Step(branch, world, "a"));
            await context.WaitAsync(TimeSpan.FromMinutes(5));
            var number = parallel.BranchAsync("number", async (branch, _) => (await Step(branch, world, "bb")).Length);
            var flag = parallel.BranchAsync("flag", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromHours(1));
                return true;
            });
            var counts = await parallel.CompleteAsync();
            await context.WaitAsync(TimeSpan.FromSeconds(5));
            return $"{await text} {await number} {await flag} {counts.SuccessCount}";
        }),
        ["parallel of three types that ends early"] = new(async (context, world) =>
        {
            await using var parallel = context.CreateParallel(
                "parallel", new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful(), MaxConcurrency = 2 });
            var slow = parallel.BranchAsync("slow", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromDays(1));
                return 1;
            });
            var quick = parallel.BranchAsync("quick", async (branch, _) =>
            {
                await branch.WaitAsync(TimeSpan.FromHours(1));
                return await Step(branch, world, "a");
            });
            var never = parallel.BranchAsync("never", (branch, _) => Step(branch, world, "never"));
            var counts = await parallel.CompleteAsync();
            await context.WaitAsync(TimeSpan.FromSeconds(5));
            var late = await Record.ExceptionAsync(async () => await slow);
            return $"{await quick} {late!.Message} {(await Record.ExceptionAsync(async () => await never))!.GetType().Name} {counts.TotalCount}";
        }),
        ["keyed operations side by side"] = new(async (context, world) =>
        {
            async Task<string> Flow(string name)
            {
                var first = await context.StepAsync((step, _) => { Note(world, step, name); return Task.FromResult(name); }, name, new StepConfig { Key = name });
                return first + await context.RunInChildContextAsync(
                    async (child, _) =>
                    {
                        await child.WaitAsync(TimeSpan.FromHours(name.Length));
                        return await Step(child, world, $"{name}-inner");
                    },
                    $"{name}-child", new ChildContextConfig { Key = $"{name}-child" });
            }

            return string.Concat(await Task.WhenAll(Flow("aaa"), Flow("b"), Flow("cc")));
        })
        { SideBySide = true },
        ["patch in a loop"] = new(async (context, world) =>
        {
            var log = "";
            for (var i = 0; i < 3; i++)
            {
                log += context.Patched("p") ? await Step(context, world, $"new{i}") : await Step(context, world, $"old{i}");
                if (i == 1) await context.WaitAsync(TimeSpan.FromHours(1));
            }

            return log;
        }),
        ["patch in a large context"] = new(async (context, world) =>
        {
            var inner = await context.RunInChildContextAsync(
                async (child, _) =>
                {
                    await child.WaitAsync(TimeSpan.FromHours(1));
                    return (child.Patched("p") ? await Step(child, world, "new") : await Step(child, world, "old")) + new string('x', 300_000);
                },
                "child");
            await context.WaitAsync(TimeSpan.FromHours(1));
            return inner[..3] + context.Patched("p") + await Step(context, world, "after");
        }),
        ["step that takes too long"] = new(async (context, world) => await context.StepAsync(
            async (step, token) =>
            {
                Note(world, step, "slow");
                var end = new TaskCompletionSource();
                using var listening = token.Register(() => end.TrySetCanceled(token));
                if (step.AttemptNumber == 1) await end.Task;
                return "second";
            },
            "slow", new StepConfig { Timeout = TimeSpan.FromMinutes(2), RetryStrategy = TwiceMore })),
        ["step that takes too long and does not listen"] = new(async (context, world) =>
        {
            try
            {
                return await context.StepAsync(
                    (step, _) => { Note(world, step, "deaf"); return new TaskCompletionSource<string>().Task; },
                    "deaf", new StepConfig { Timeout = TimeSpan.FromMinutes(2), RetryStrategy = RetryStrategy.None });
            }
            catch (StepTimeoutException error)
            {
                return error.Message + await Step(context, world, "after");
            }
        }),
    };
}
