using Microsoft.Extensions.DependencyInjection;
using Perdure;

namespace PriorAuthorization.Tests;

/// <summary>The business deadline, in each phase; and the end of a case by other means.</summary>
public class DeadlineStories
{
    private static readonly TimeSpan ThreeDays = TimeSpan.FromDays(3);

    [Fact]
    public async Task An_urgent_case_expires_after_three_days_in_review()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(urgency: Urgency.Urgent));

        Assert.Equal(CaseStatus.Expired, result.Result!.Status);
        Assert.Equal(result.StartedAt + ThreeDays, result.GetStep("decision").EndedAt);
        Assert.Empty(world.Surroundings.Books.Ledger);
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message.Subject == "case-1 is expired");
    }

    [Fact]
    public async Task A_case_expires_while_the_payer_cannot_be_reached_and_nothing_is_left_behind()
    {
        UnreachablePayer? payer = null;
        await using var world = new CaseWorld(new() { MaxInvocations = 1000 }, services => services.Wrap(inner => payer = new UnreachablePayer(inner)));

        var result = await world.RunAsync(Some.Case(urgency: Urgency.Urgent), Act.Sign);

        Assert.Equal(CaseStatus.Expired, result.Result!.Status);
        Assert.Equal(result.StartedAt + ThreeDays, result.GetStep("decision-deadline").EndedAt);
        Assert.InRange(payer!.Attempts, 100, 400); // every half hour, with jitter; the case has run
        Assert.Empty(world.Surroundings.Books.Ledger);
    }

    [Fact]
    public async Task A_claim_whose_answer_never_came_is_looked_up_by_its_key_and_withdrawn_when_the_time_is_up()
    {
        await using var world = new CaseWorld(new() { MaxInvocations = 1000 }, services => services.Wrap(static inner => new MutePayer(inner)));

        var result = await world.RunAsync(Some.Case(urgency: Urgency.Urgent), Act.Sign);

        Assert.Equal(CaseStatus.Expired, result.Result!.Status);
        Assert.Equal([LedgerKind.Claim, LedgerKind.Void], world.Surroundings.Books.Ledger.Select(static entry => entry.Kind));
    }

    [Fact]
    public async Task A_case_expires_while_the_payer_decides_and_the_claim_is_withdrawn()
    {
        await using var world = new CaseWorld(new() { MaxInvocations = 1000 }, services => services.Wrap(static inner => new UndecidedPayer(inner)));

        var result = await world.RunAsync(Some.Case(), Act.Sign);

        Assert.Equal(CaseStatus.Expired, result.Result!.Status);
        Assert.Equal(result.StartedAt + TimeSpan.FromDays(14), result.GetStep("decision-deadline").EndedAt);
        Assert.Equal([LedgerKind.Claim, LedgerKind.Void], world.Surroundings.Books.Ledger.Select(static entry => entry.Kind));
        Assert.Equal(OperationStatus.Succeeded, result.GetStep("submit:compensate").Status);
    }

    [Fact]
    public async Task A_verdict_that_is_not_known_fails_the_case_and_gets_the_claim_withdrawn()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Sign, Act.PayerCalls((PayerVerdict)99));

        Assert.Equal(CaseStatus.FailedCompensated, result.Result!.Status);
        Assert.Equal([LedgerKind.Claim, LedgerKind.Void], world.Surroundings.Books.Ledger.Select(static entry => entry.Kind));
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message.Subject == "case-1 is failed-compensated");
    }

    [Fact]
    public async Task A_claim_that_cannot_be_withdrawn_fails_the_case_and_calls_for_an_operator()
    {
        await using var world = new CaseWorld(new() { MaxInvocations = 5000 }, services => services.Wrap(static inner => new StubbornPayer(inner)));
        var arn = await world.Runner.StartAsync(Some.Case(urgency: Urgency.Urgent));
        await Act.Sign(world.Runner);

        var result = await world.Runner.WaitForResultAsync(arn);

        Assert.Equal(ExecutionStatus.Failed, result.ExecutionStatus);
        Assert.Equal("SagaCompensation", result.Error!.ErrorType);
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message.Subject == "case-1 is failed");
    }

    [Fact]
    public async Task A_payer_that_cannot_be_asked_for_a_while_is_asked_again()
    {
        await using var world = new CaseWorld(configure: services => services.Wrap(inner => new FalteringPayer(inner)));

        var result = await world.RunAsync(Some.Case(), Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(4, result.GetStep("payer-polling").Attempt);
    }

    [Fact]
    public async Task A_payer_that_says_not_yet_is_waited_for()
    {
        await using var world = new CaseWorld(new() { MaxInvocations = 1000 }, services => services.Wrap(static inner => new UndecidedPayer(inner)));

        var arn = await world.Runner.StartAsync(Some.Case());
        await Act.Sign(world.Runner);
        var first = await world.Runner.WaitForCallbackAsync(arn, "payer-webhook");
        await world.Runner.SendCallbackSuccessAsync(first, new PayerDecision(PayerVerdict.Pending, "the payer called"));
        var second = await world.Runner.WaitForCallbackAsync(arn, "payer-webhook");
        await world.Runner.SendCallbackSuccessAsync(second, new PayerDecision(PayerVerdict.Denied, "the payer called"));
        var result = await world.Runner.WaitForResultAsync(arn);

        Assert.NotEqual(first, second);
        Assert.Equal(CaseStatus.Denied, result.Result!.Status);
    }

    [Theory]
    [InlineData(nameof(PayerVerdict.Approved))]
    [InlineData(nameof(PayerVerdict.Denied))]
    public async Task A_case_that_is_withdrawn_when_the_payer_has_decided_but_before_it_is_over_has_no_claim_and_says_so(string verdict)
    {
        var cancel = new CancelWhenContextEnds("claim");
        await using var world = new CaseWorld(configure: services => services.AddSingleton<IDurableInterceptor>(cancel));
        var arn = await world.Runner.StartAsync(Some.Case());
        cancel.Cancel = () => world.Runner.CancelAsync(arn);
        await Act.Sign(world.Runner);
        await Act.PayerCalls(Enum.Parse<PayerVerdict>(verdict))(world.Runner);
        var result = await world.Runner.WaitForResultAsync(arn);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Equal(1, world.Surroundings.Count(LedgerKind.Void));
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message.Subject == "case-1 is withdrawn");
        Assert.Contains(world.Surroundings.Audit.Entries, static entry => entry.What == "case-withdrawn");
    }

    /// <summary>Asks for the end of the execution at the very moment in which a context's body is over.</summary>
    private sealed class CancelWhenContextEnds(string name) : IDurableInterceptor
    {
        public Func<Task>? Cancel { get; set; }

        public Task? Cancelled { get; private set; }

        public void OnContextBodyEnd(ContextBodyInfo body, Exception? error)
        {
            if (body.Name == name) Cancelled ??= Cancel?.Invoke();
        }
    }

    [Theory]
    [InlineData("knee-replacement", "27447", "missing-information-1", 0)]
    [InlineData("lumbar-mri", "72148", "physician-review", 0)]
    [InlineData("lumbar-mri", "72148", "payer-decision", 1)]
    public async Task A_case_can_be_withdrawn_at_any_time(string chart, string procedure, string during, int voids)
    {
        await using var world = new CaseWorld(configure: services => services.Wrap(static inner => new UndecidedPayer(inner)));
        var arn = await world.Runner.StartAsync(Some.Case(chart, procedure));
        if (voids > 0) await Act.Sign(world.Runner);
        await world.Runner.Operation(during).WaitForAsync(OperationStatus.Started);

        Assert.True(await world.Runner.CancelAsync(arn, "the patient has moved"));
        var result = await world.Runner.WaitForResultAsync(arn);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Equal(voids, world.Surroundings.Count(LedgerKind.Void));
        Assert.Contains(world.Surroundings.Messages.Messages, static message => message.Subject == "case-1 is withdrawn");
        Assert.Contains(world.Surroundings.Audit.Entries, static entry => entry.What == "case-withdrawn");
    }
}
