using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>Whatever crashes, whenever: the payer sees one claim, and no recorded answer of a model is asked for again.</summary>
[Trait("Category", "Slow")]
public class CrashStories
{
    /// <summary>Pages that are read side by side: so many calls can be under way when a node is killed.</summary>
    private const int CallsUnderWay = 4;

    [Fact]
    public Task An_approved_case_survives_a_crash_at_every_commit() => ProveAsync(
        Some.Case(), claims: 1, voids: 0, (runner, _) => Act.Sign(runner), (runner, _) => Act.PayerCalls(PayerVerdict.Approved)(runner));

    [Fact]
    public Task A_case_that_sends_the_payer_more_information_survives_a_crash_at_every_commit() => ProveAsync(
        Some.Case(), claims: 1, voids: 0,
        (runner, _) => Act.Sign(runner),
        (runner, _) => Act.PayerCalls(PayerVerdict.MoreInformation)(runner),
        (runner, _) => Act.Send("payer-information", "chart://sample/lumbar-mri/3")(runner));

    [Fact]
    public Task A_case_whose_time_is_up_at_the_payer_survives_a_crash_at_every_commit() => ProveAsync(
        Some.Case(urgency: Urgency.Urgent), claims: 1, voids: 1, (runner, _) => Act.Sign(runner), (runner, _) => Act.PayerCalls(PayerVerdict.MoreInformation)(runner));

    [Fact]
    public Task A_case_whose_claim_is_withdrawn_because_information_did_not_come_survives_a_crash_at_every_commit() => ProveAsync(
        Some.Case(), claims: 1, voids: 1, (runner, _) => Act.Sign(runner), (runner, _) => Act.PayerCalls(PayerVerdict.MoreInformation)(runner));

    [Fact]
    public Task A_withdrawn_case_survives_a_crash_at_every_commit() => ProveAsync(
        Some.Case(), claims: 1, voids: 1,
        (runner, _) => Act.Sign(runner),
        async (runner, arn) =>
        {
            await runner.WaitForCallbackAsync(arn, "payer-webhook");
            await runner.CancelAsync(arn);
        });

    private static async Task ProveAsync(PriorAuthRequest request, int claims, int voids, params Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, string, Task>[] acts)
    {
        var effects = new EffectLedger();
        await using var world = new CaseWorld(new() { Effects = effects }, services => services.Wrap(payer => new ObservedPayer(payer, effects)));

        await world.Runner.VerifyCrashSafetyAsync(request, async (runner, arn) =>
        {
            foreach (var act in acts) await act(runner, arn);
        });

        var runs = world.Runs.Where(static run => run.Books.Ledger.Count > 0).ToList();
        Assert.True(runs.Count > 100, $"only {runs.Count} runs got as far as the payer");
        var undisturbed = runs.Min(static run => run.Meter.Usage().Calls);
        Assert.All(runs, run =>
        {
            Assert.Equal((claims, voids), (run.Count(LedgerKind.Claim), run.Count(LedgerKind.Void)));
            var usage = run.Meter.Usage();
            Assert.InRange(usage.Repeated, 0, CallsUnderWay);
            Assert.Equal(undisturbed + usage.Repeated, usage.Calls);
        });
    }
}
