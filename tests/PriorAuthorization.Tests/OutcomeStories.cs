using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>Every way in which a case can end.</summary>
public class OutcomeStories
{
    [Fact]
    public async Task A_complete_chart_a_signature_and_a_yes_make_an_approval()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Sign, Act.PayerCalls(PayerVerdict.Approved));

        var outcome = result.Result!; // succeeded
        Assert.Equal((CaseStatus.Approved, "PA-00001"), (outcome.Status, outcome.PayerReference));
        Assert.Equal(3, outcome.Findings.Count(static finding => finding is { IsMet: true, EvidenceId: not null }));
        Assert.Equal(
            ["The chart was read: 3 pages.", "Measured against policy 2026-07.", "The physician signed the letter.", "The payer has the claim as PA-00001.", "The payer has decided (the payer called)."],
            outcome.Timeline.Select(static entry => entry.Text));
        Assert.Equal(1, world.Surroundings.Count(LedgerKind.Claim));
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message is { To: "provider-7", Subject: "case-1 is approved" });
    }

    [Fact]
    public async Task The_payer_is_polled_when_it_does_not_call()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal("The payer has decided (we asked).", result.Result.Timeline[^1].Text);
        Assert.Equal(2, result.GetStep("payer-polling").Attempt);
        Assert.Equal(OperationStatus.Started, result.GetStep("webhook").Status); // the loser is given up
    }

    [Fact]
    public async Task A_payer_that_takes_ten_days_and_forgets_to_call_is_found_out_by_polling()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Behave(world, PayerBehaviour.IsSlow), Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(10, result.Result.Timeline[^1].Day);
        Assert.InRange(result.GetStep("payer-polling").Attempt, 40, 50); // 15 minutes, doubling, at most 6 hours
    }

    [Fact]
    public async Task A_no_of_the_payer_is_a_denial()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Sign, Act.PayerCalls(PayerVerdict.Denied));

        Assert.Equal((CaseStatus.Denied, "PA-00001"), (result.Result!.Status, result.Result.PayerReference));
        Assert.Equal(0, world.Surroundings.Count(LedgerKind.Void)); // it is decided: there is nothing to withdraw
    }

    [Fact]
    public async Task A_refusal_withdraws_the_case_before_anything_is_sent()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Empty(world.Surroundings.Books.Ledger);
        Assert.Contains(world.Surroundings.Audit.Entries, static entry => entry is { What: "letter-refused", Who: "Dr. Grey" });
    }

    [Fact]
    public async Task The_letter_goes_out_as_the_physician_changed_it_and_its_hash_is_audited()
    {
        var letters = new List<string>();
        await using var world = new CaseWorld(configure: services => services.Wrap(payer => new LetterReader(payer, letters)));

        await world.RunAsync(
            Some.Case(), runner => Act.Decide(runner, new PhysicianDecision(true, "Dr. Grey", null, "Dear colleague, please approve.")), Act.PayerCalls(PayerVerdict.Approved));

        Assert.Equal(["Dear colleague, please approve."], letters);
        var signed = Assert.Single(world.Surroundings.Audit.Entries, static entry => entry.What == "letter-signed");
        Assert.Equal(PhysicianReview.Hash("Dear colleague, please approve."), signed.LetterHash);
    }

    [Fact]
    public async Task A_physician_is_reminded_every_day_and_the_lead_is_told_on_the_second()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case());

        Assert.Equal(CaseStatus.Expired, result.Result!.Status);
        Assert.Equal(TimeSpan.FromDays(5), result.GetStep("physician-review-answer").Duration);
        Assert.Equal(
            ["physician: A letter waits for your signature: case-1", "physician: Reminder 1: A letter waits for your signature: case-1",
             "physician: Reminder 2: A letter waits for your signature: case-1", "lead-physician: Nobody has answered: A letter waits for your signature: case-1",
             "physician: Reminder 3: A letter waits for your signature: case-1", "physician: Reminder 4: A letter waits for your signature: case-1",
             "provider-7: case-1 is expired"],
            world.Surroundings.Messages.Messages.Select(static message => $"{message.To}: {message.Subject}"));
    }

    [Fact]
    public async Task What_is_missing_is_asked_for_and_only_the_new_pages_are_read()
    {
        await using var world = new CaseWorld();
        string[] sent = [];

        var result = await world.RunAsync(
            Some.KneeCase(),
            async runner =>
            {
                await runner.Operation("missing-information-1-answer").WaitForAsync(OperationStatus.Started);
                sent = await world.Surroundings.Charts.AddAsync(Some.CaseId, "first", "Report\nPhysiotherapy report: sessions completed without lasting relief", default);
                await Act.Send("missing-information-1", sent)(runner);
            },
            Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(2, result.GetStep("read-pages-1").Children.Count);
        Assert.Single(result.GetStep("read-pages-2").Children);
        Assert.All(result.Result.Findings, static finding => Assert.True(finding.IsMet));
    }

    [Fact]
    public async Task A_provider_who_does_not_send_what_is_missing_is_reminded_and_the_case_ends()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.KneeCase());

        Assert.Equal(CaseStatus.NeedsInfoExpired, result.Result!.Status);
        Assert.Equal(TimeSpan.FromHours(72), result.GetStep("missing-information-1-answer").Duration);
        Assert.Equal(2, world.Surroundings.Messages.Messages.Count(static message => message.Subject.StartsWith("Reminder", StringComparison.Ordinal)));
        Assert.Empty(world.Surroundings.Books.Ledger);
    }

    [Fact]
    public async Task A_provider_is_asked_twice_at_most_and_then_the_physician_is_told_what_is_missing()
    {
        await using var world = new CaseWorld();
        var useless = Send(world, "missing-information-1", "Fax\nThe fax is not readable");
        var again = Send(world, "missing-information-2", "Fax\nThe fax is still not readable");

        var result = await world.RunAsync(Some.KneeCase(), useless, again, Act.Refuse);

        Assert.Null(result.FindStep("missing-information-3"));
        Assert.Contains("1 documents are still missing.", result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Fact]
    public async Task A_chart_that_is_not_there_is_asked_for()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(
            Some.Case(chart: "nowhere"),
            Send(world, "missing-information-1", "Chart\nPain radiating to the leg for ten weeks\nPhysiotherapy without lasting relief for eight weeks\nReflexes reduced on exam"),
            Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(1, result.GetStep("load-chart").Attempt); // what is not there is not looked for again
    }

    [Fact]
    public async Task A_patient_who_is_not_covered_is_denied_without_asking_a_physician()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(patient: "patient-1-lapsed"));

        Assert.Equal(CaseStatus.Denied, result.Result!.Status);
        Assert.Null(result.FindStep("physician-review"));
    }

    [Fact]
    public async Task Without_a_policy_the_physician_writes_the_letter()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(
            Some.Case("sleep-study", "95810"), runner => Act.Decide(runner, new PhysicianDecision(true, "Dr. Grey", null, "A letter of my own.")), Act.PayerCalls(PayerVerdict.Approved));

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(["The payer has published no policy for this procedure."], result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Fact]
    public async Task Low_confidence_gets_a_second_opinion_and_a_flag()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case("glucose-monitor", "95250"), Act.Refuse);

        Assert.Equal(OperationStatus.Succeeded, result.GetStep("second-opinion").Status);
        Assert.Equal(["A second model does not agree with the findings.", "The agent is not sure (63 %)."], result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Fact]
    public async Task The_payer_may_ask_for_more_once_and_gets_only_what_is_new()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(
            Some.Case(), Act.Sign, Act.PayerCalls(PayerVerdict.MoreInformation), Send(world, "payer-information", "Letter\nNo surgery has been done before"));

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal([LedgerKind.Claim, LedgerKind.Information, LedgerKind.Decision], world.Surroundings.Books.Ledger.Select(static entry => entry.Kind));
        Assert.Equal(1, world.Surroundings.Books.Ledger[1].Statements);
    }

    [Fact]
    public async Task When_what_the_payer_asks_for_does_not_come_the_claim_is_withdrawn()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Sign, Act.PayerCalls(PayerVerdict.MoreInformation));

        Assert.Equal((CaseStatus.NeedsInfoExpired, null), (result.Result!.Status, result.Result.PayerReference));
        Assert.Equal([LedgerKind.Claim, LedgerKind.Void], world.Surroundings.Books.Ledger.Select(static entry => entry.Kind));
    }

    [Fact]
    public async Task A_payer_that_asks_a_second_time_gets_the_claim_withdrawn()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(
            Some.Case(), Act.Sign, Act.PayerCalls(PayerVerdict.MoreInformation), Send(world, "payer-information", "Letter\nNo surgery has been done before"),
            async runner =>
            {
                await runner.Operation("payer-decision-2").WaitForAsync(OperationStatus.Started);
                await runner.Operation("payer-webhook").SendCallbackSuccessAsync(new PayerDecision(PayerVerdict.MoreInformation, "the payer called"));
            });

        Assert.Equal(CaseStatus.NeedsInfoExpired, result.Result!.Status);
        Assert.Equal(1, world.Surroundings.Count(LedgerKind.Void));
    }

    private static Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, Task> Behave(CaseWorld world, PayerBehaviour behaviour) => _ =>
    {
        world.Surroundings.Books.SetBehaviour(Some.CaseId, behaviour);
        return Task.CompletedTask;
    };

    private static Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, Task> Send(CaseWorld world, string question, string text) => async runner =>
    {
        await runner.Operation(question + "-answer").WaitForAsync(OperationStatus.Started);
        await Act.Send(question, await world.Surroundings.Charts.AddAsync(Some.CaseId, question, text, default))(runner);
    };
}
