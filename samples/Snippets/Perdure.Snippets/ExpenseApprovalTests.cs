using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;
using Xunit;

namespace Perdure.Snippets;

/// <summary>The tests that the testing guide shows.</summary>
public class ExpenseApprovalTests
{
    private static readonly Expense Dinner = new("Ada", "Grace", 42.50m);

    // <snippet test-run>
    [Fact]
    public async Task A_step_that_fails_twice_is_tried_a_third_time()
    {
        await using var runner = new DurableTestRunner<int, string>((amount, context) => context.StepAsync(
            (step, _) => step.AttemptNumber < 3 ? throw new TimeoutException("busy") : Task.FromResult($"paid {amount}"), "pay"));

        var result = await runner.RunAsync(42);

        Assert.Equal("paid 42", result.Result);
        Assert.Equal(3, result.GetStep("pay").Attempt);
    }
    // </snippet test-run>

    // <snippet test-answer>
    [Fact]
    public async Task An_approved_expense_is_paid()
    {
        var bank = new SlowBank(checksUntilSettled: 3);
        await using var runner = new DurableTestRunner<Expense, string>(() => new ExpenseApproval(new Mailbox(), bank));

        var arn = await runner.StartAsync(Dinner);
        var callbackId = await runner.WaitForCallbackAsync(arn, "approval");
        await runner.SendCallbackSuccessAsync(callbackId, true);
        var result = await runner.WaitForResultAsync(arn); // hours of polling pass in milliseconds

        Assert.Equal("settled", result.Result);
        Assert.Equal(1, bank.Payments);
        Assert.Equal(OperationStatus.Succeeded, result.GetStep("pay").Status);
    }
    // </snippet test-answer>

    // <snippet test-silence>
    [Fact]
    public async Task An_unanswered_question_fails_after_two_weeks()
    {
        await using var runner = new DurableTestRunner<Expense, string>(() => new ExpenseApproval(new Mailbox(), new SlowBank(1)));

        var result = await runner.RunAsync(Dinner);

        Assert.True(result.IsFailed);
        Assert.Equal(TimeSpan.FromDays(14), result.GetStep("approval").Duration);
    }
    // </snippet test-silence>

    // <snippet test-advance>
    [Fact]
    public async Task After_thirteen_days_there_is_still_time_to_answer()
    {
        await using var runner = new DurableTestRunner<Expense, string>(
            () => new ExpenseApproval(new Mailbox(), new SlowBank(1)), new TestRunnerOptions { SkipTime = false });
        var arn = await runner.StartAsync(Dinner);

        await runner.AdvanceAsync(TimeSpan.FromDays(13));
        await runner.Operation("approval").WaitForAsync(OperationStatus.Started);
        await runner.Operation("approval").SendCallbackSuccessAsync(false);

        Assert.Equal("rejected", (await runner.WaitForResultAsync(arn)).Result);
    }
    // </snippet test-advance>

    // <snippet test-shape>
    [Fact]
    public async Task A_rejected_expense_has_this_shape()
    {
        await using var runner = new DurableTestRunner<Expense, string>(() => new ExpenseApproval(new Mailbox(), new SlowBank(1)));
        var arn = await runner.StartAsync(Dinner);
        await runner.Operation("approval").SendCallbackSuccessAsync(false);
        var result = await runner.WaitForResultAsync(arn);

        Assert.Equal(
            """
            flowchart TD
                start(["expense-approval"])
                subgraph n1["approval<br/>WaitForCallback"]
                    n2["approval-callback<br/>Callback"]
                    n3["approval-submitter<br/>Step"]
                end
                finish(["Succeeded"])
                start --> n1
                n1 --> finish

            """,
            result.ToMermaid());
    }
    // </snippet test-shape>

    // <snippet test-calls>
    [Fact]
    public async Task A_called_function_is_part_of_the_test()
    {
        await using var runner = new DurableTestRunner<int, string>((amount, context) => context.InvokeAsync<int, string>("rate:live", amount))
            .RegisterFunction<int, string>("rate", amount => Task.FromResult(amount > 100 ? "high" : "low"));

        Assert.Equal("high", (await runner.RunAsync(250)).Result);
    }
    // </snippet test-calls>

    // <snippet test-crash-safety>
    [Fact]
    public async Task An_expense_is_paid_once_wherever_the_process_dies()
    {
        var effects = new EffectLedger();
        await using var runner = new DurableTestRunner<Expense, string>(
            () => new ExpenseApproval(new Mailbox(), new LedgerBank(effects)), new TestRunnerOptions { Effects = effects });

        await runner.VerifyCrashSafetyAsync(Dinner, (world, _) => world.Operation("approval").SendCallbackSuccessAsync(true));
    }
    // </snippet test-crash-safety>

    // <snippet test-unsafe>
    [Fact]
    public async Task A_payment_without_a_key_is_found_out()
    {
        var effects = new EffectLedger();
        await using var runner = new DurableTestRunner<int, string>(
            (amount, context) => context.StepAsync(
                (_, _) =>
                {
                    effects.Record($"pay {amount}");
                    return Task.FromResult("paid");
                },
                "pay"),
            new TestRunnerOptions { Effects = effects });

        var error = await Assert.ThrowsAsync<CrashSafetyException>(() => runner.VerifyCrashSafetyAsync(42));

        Assert.Equal(
            "Not crash-safe: KillBefore at commit 2, which records Step 'pay' Succeeded. The effect 'pay 42' happened 2 times; undisturbed it happens once.",
            error.Message);
    }
    // </snippet test-unsafe>

    // <snippet test-fault>
    [Fact]
    public async Task A_crash_between_payment_and_record_pays_once()
    {
        var effects = new EffectLedger();
        await using var runner = new DurableTestRunner<Expense, string>(
            () => new ExpenseApproval(new Mailbox(), new LedgerBank(effects)),
            new TestRunnerOptions { Effects = effects, Faults = [Faults.CrashBefore("pay"), Faults.DuplicateCallback()] });
        var arn = await runner.StartAsync(Dinner);
        await runner.Operation("approval").SendCallbackSuccessAsync(true);

        var result = await runner.WaitForResultAsync(arn);

        Assert.Equal("settled", result.Result);
        Assert.Single(effects.Effects);
    }
    // </snippet test-fault>

    // <snippet test-forced-replay>
    [Fact]
    public async Task Code_that_counts_its_own_runs_is_found_out()
    {
        var runs = 0;
        await using var runner = new DurableTestRunner<int, string>(
            (_, context) => context.StepAsync((_, _) => Task.FromResult("done"), $"run-{++runs}"),
            new TestRunnerOptions { ReplayMode = ReplayMode.EveryOperation });

        var result = await runner.RunAsync(0);

        Assert.Equal(typeof(NonDeterministicExecutionException).FullName, result.Error!.ErrorType);
    }
    // </snippet test-forced-replay>

    // <snippet test-replay-histories>
    [Fact]
    public Task Executions_under_way_survive_this_version() => ReplayVerifier.VerifyAsync<ExpenseApproval>(
        Path.Combine(AppContext.BaseDirectory, "histories"),
        new ReplayVerifierOptions
        {
            ConfigureServices = services => services.AddSingleton<IMailer>(new Mailbox()).AddSingleton<IBank>(new SlowBank(1)),
        });
    // </snippet test-replay-histories>

    // <snippet test-target>
    private static IDurableTestRunner<Expense, string> CreateRunner() =>
        DurableTestRunner<Expense, string>.For<ExpenseApproval>(services => services.AddSingleton<IMailer, Mailbox>().AddSingleton<IBank>(new SlowBank(1)));

    [Fact]
    public async Task A_rejected_expense_is_rejected_wherever_it_runs()
    {
        await using var runner = CreateRunner();
        var arn = await runner.StartAsync(Dinner);
        await runner.SendCallbackSuccessAsync(await runner.WaitForCallbackAsync(arn, "approval"), false);

        Assert.Equal("rejected", (await runner.WaitForResultAsync(arn)).Result);
    }
    // </snippet test-target>
}
