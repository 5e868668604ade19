using Perdure.Testing;

namespace Perdure.Tests.TestKit;

/// <summary>The fake external system.</summary>
public class EffectTests
{
    [Fact]
    public void An_effect_that_happens_twice_is_a_duplicate()
    {
        var effects = new EffectLedger();
        effects.Record("mail");
        effects.EnsureNoDuplicates();
        effects.Record("mail");

        Assert.Equal(["mail", "mail"], effects.Effects);
        Assert.Equal(["mail"], effects.Duplicates);
        Assert.Equal(2, effects.Count("mail"));
        Assert.Equal(["mail"], Assert.Throws<DuplicateEffectException>(effects.EnsureNoDuplicates).Keys);
    }

    [Fact]
    public void A_system_that_knows_its_keys_takes_each_one_once()
    {
        var effects = new EffectLedger();

        Assert.True(effects.TryRecord("payment"));
        Assert.False(effects.TryRecord("payment"));
        Assert.Equal(1, effects.Count("payment"));
        effects.EnsureNoDuplicates();
    }

    [Fact]
    public async Task A_body_whose_node_was_killed_has_no_effects_any_more()
    {
        var effects = new EffectLedger();
        var entered = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        var late = new TaskCompletionSource<Exception?>();
        var runs = 0;
        await using var runner = new DurableTestRunner<int, int>(
            (_, context) => context.StepAsync(async (_, _) =>
            {
                if (Interlocked.Increment(ref runs) > 1)
                {
                    effects.Record("second");
                    return 2;
                }

                entered.SetResult();
                await proceed.Task;
                late.SetResult(Record.Exception(() => effects.Record("first")));
                return 1;
            }, "work"),
            new TestRunnerOptions { Faults = [Faults.CrashBefore(2)] }); // 1 is the start, 2 the START of the body
        var cancel = TestContext.Current.CancellationToken;
        var arn = await runner.StartAsync(0, cancellationToken: cancel);
        await entered.Task;
        await runner.Operation("work").WaitForAsync(OperationStatus.Started, cancellationToken: cancel);

        var result = await runner.WaitForResultAsync(arn, cancellationToken: cancel);
        proceed.SetResult();

        Assert.IsType<OperationCanceledException>(await late.Task);
        Assert.Equal(2, result.Result);
        Assert.Equal(["second"], effects.Effects);
    }
}
