using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>The proof passes what is safe and names the commit at which what is not safe breaks.</summary>
public class CrashSafetyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DurableTestRunner<int, string> Runner(Func<IDurableContext, EffectLedger, Task<string>> function)
    {
        var effects = new EffectLedger();
        return new DurableTestRunner<int, string>((_, context) => function(context, effects), new TestRunnerOptions { Effects = effects });
    }

    private static Task<string> PayAsync(IDurableContext context, Action<IStepContext> pay, StepConfig? config = null) => context.StepAsync(
        (step, _) =>
        {
            pay(step);
            return Task.FromResult("paid");
        },
        "pay", config);

    [Fact]
    public async Task A_key_that_the_other_side_honours_makes_an_effect_safe()
    {
        await using var runner = Runner(async (context, effects) =>
        {
            await context.StepAsync((_, _) => Task.CompletedTask, "before");
            var paid = await PayAsync(context, step => effects.TryRecord(step.IdempotencyKey));
            await context.WaitAsync(TimeSpan.FromDays(1));
            return paid;
        });

        await runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel);
    }

    [Fact]
    public async Task An_effect_on_a_system_without_keys_is_not_safe()
    {
        await using var runner = Runner((context, effects) => PayAsync(context, _ => effects.Record("pay Ada")));

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.Equal((2, CrashPoint.KillBefore), (error.Commit, error.Point));
        Assert.Equal(
            "Not crash-safe: KillBefore at commit 2, which records Step 'pay' Succeeded. The effect 'pay Ada' happened 2 times; undisturbed it happens once.",
            error.Message);
    }

    [Fact]
    public async Task A_key_that_is_made_in_the_body_is_not_safe()
    {
        var made = 0;
        await using var runner = Runner((context, effects) => PayAsync(context, _ => effects.TryRecord($"key-{++made}")));

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.Equal((2, CrashPoint.KillBefore), (error.Commit, error.Point));
        Assert.Contains("2 effects; undisturbed there are 1", error.Message);
    }

    [Fact]
    public async Task An_effect_outside_of_a_body_is_not_safe()
    {
        await using var runner = Runner(async (context, effects) =>
        {
            effects.Record("mail");
            await context.StepAsync((_, _) => Task.CompletedTask, "after");
            return "done";
        });

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.Contains("'mail'", error.Message);
    }

    [Fact]
    public async Task A_way_that_depends_on_the_run_is_not_safe()
    {
        var inThisProcess = 0;
        await using var runner = Runner(async (context, _) =>
        {
            if (context.IsReplaying) inThisProcess++;
            await context.StepAsync((_, _) => Task.CompletedTask, "a");
            await context.StepAsync((_, _) => Task.CompletedTask, inThisProcess == 0 ? "b" : "c");
            return "done";
        });

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.Equal(CrashPoint.KillAfter, error.Point);
        Assert.Contains("which records Step 'a' Succeeded", error.Message);
    }

    [Fact]
    public async Task A_body_that_runs_at_most_once_may_give_up_but_never_repeats()
    {
        var options = new CrashSafetyOptions { MayGiveUp = true };
        async Task<string> Launch(IDurableContext context, Action launch)
        {
            try
            {
                return await PayAsync(context, _ => launch(), StepConfig.AtMostOnce());
            }
            catch (StepInterruptedException)
            {
                return "unknown";
            }
        }

        await using var once = Runner((context, effects) => Launch(context, () => effects.Record("launch")));
        await once.VerifyCrashSafetyAsync(0, options: options, cancellationToken: Cancel);
        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => once.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));
        Assert.Contains("\"unknown\"; undisturbed it succeeded with \"paid\"", error.Message);

        await using var again = Runner((context, effects) => PayAsync(context, _ => effects.Record("launch")));
        await Assert.ThrowsAsync<CrashSafetyException>(() => again.VerifyCrashSafetyAsync(0, options: options, cancellationToken: Cancel));
    }

    [Fact]
    public async Task The_script_plays_the_outside_world_in_every_run()
    {
        var scripts = 0;
        await using var runner = Runner(async (context, effects) =>
        {
            var approved = await context.WaitForCallbackAsync<bool>(
                (callbackId, _, _) => { effects.TryRecord($"ask {callbackId}"); return Task.CompletedTask; }, "approval", new() { Timeout = TimeSpan.FromDays(14) });
            return approved ? await PayAsync(context, step => effects.TryRecord(step.IdempotencyKey)) : "rejected";
        });

        await runner.VerifyCrashSafetyAsync(
            0,
            async (world, _) =>
            {
                scripts++;
                await world.AdvanceAsync(TimeSpan.FromDays(1), Cancel);
                await world.Operation("approval").SendCallbackSuccessAsync(true, Cancel);
            },
            cancellationToken: Cancel);

        Assert.InRange(scripts, 20, 60);
    }

    [Fact]
    public async Task Branches_and_calls_are_safe_too()
    {
        await using var runner = Runner(async (context, effects) =>
        {
            var all = await context.MapAsync<int, string>(
                [1, 2, 3],
                async (child, item, _, _, _) =>
                {
                    await child.StepAsync((step, _) => { effects.TryRecord(step.IdempotencyKey); return Task.CompletedTask; }, "item");
                    return await child.InvokeAsync<int, string>("ship", item);
                },
                "map");
            return string.Join(",", all.GetResults());
        });
        runner.RegisterDurableFunction<int, string>("ship", async (item, context) =>
        {
            await context.StepAsync((step, _) => { runner.Effects.TryRecord(step.IdempotencyKey); return Task.CompletedTask; });
            return $"<{item}>";
        });

        await runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel);
    }

    [Fact]
    public async Task What_differs_undisturbed_too_is_not_compared()
    {
        var number = 0;
        await using var runner = Runner(async (context, _) =>
        {
            var now = await context.StepAsync((_, _) => Task.FromResult(++number), "reads-the-world");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return $"at {now}";
        });

        await runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel);
    }

    [Fact]
    public async Task A_function_that_takes_another_way_each_time_cannot_be_verified()
    {
        var runs = 0;
        await using var runner = Runner(async (context, _) =>
        {
            await context.StepAsync((_, _) => Task.CompletedTask, $"run-{++runs}");
            return "done";
        });

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.Equal((0, null), (error.Commit, error.Point));
        Assert.Contains("'run-1'", error.Message);
    }

    [Fact]
    public async Task Trying_nothing_proves_nothing()
    {
        await using var runner = Runner((_, _) => Task.FromResult("done"));

        await Assert.ThrowsAsync<ArgumentException>(() => runner.VerifyCrashSafetyAsync(0, options: new CrashSafetyOptions { Points = [] }, cancellationToken: Cancel));
        await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, options: new CrashSafetyOptions { MaxCommits = 1 }, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_function_that_waits_for_somebody_needs_a_script()
    {
        await using var runner = Runner((context, _) => context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "approval"));

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(0, cancellationToken: Cancel));

        Assert.IsType<TestExecutionSuspendedException>(error.InnerException);
    }
}
