using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>The payer that is played: what its books prove, and whom it calls.</summary>
public sealed class PayerRules : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("payer-");
    private readonly ManualTimeProvider _clock = new();
    private readonly PayerBooks _books;
    private readonly FakePayer _payer;

    public PayerRules()
    {
        _books = new PayerBooks(new DataFolder(_folder.FullName));
        _payer = new FakePayer(_books, _clock, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_claim_that_was_withdrawn_is_not_decided()
    {
        var reference = await SubmitAsync("case-1");
        await _payer.VoidAsync(reference, "void-1", default);
        _clock.Advance(TimeSpan.FromDays(11));

        var decision = await _payer.GetDecisionAsync(reference, default);

        Assert.Equal(PayerVerdict.Pending, decision.Verdict);
        Assert.Equal([LedgerKind.Claim, LedgerKind.Void], _books.Ledger.Select(static entry => entry.Kind));
    }

    [Fact]
    public async Task A_withdrawal_is_known_by_its_key()
    {
        var reference = await SubmitAsync("case-1");

        foreach (var key in (string[])["void-1", "void-1", "void-2"]) await _payer.VoidAsync(reference, key, default);

        Assert.Equal(["void:void-1", "void:void-2"], _books.Ledger.Where(static entry => entry.Kind == LedgerKind.Void).Select(static entry => entry.Key));
    }

    [Fact]
    public async Task The_books_tell_how_much_information_arrived_and_not_what_it_says()
    {
        var reference = await SubmitAsync("case-1");

        await _payer.AddInformationAsync(reference, ["Pain in the left leg", "Reflexes absent"], "key-2", default);

        Assert.Equal(2, _books.Ledger[^1].Statements);
        Assert.DoesNotContain("Pain", File.ReadAllText(Path.Combine(_folder.FullName, "payer-ledger.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_decisions_the_one_in_the_books_counts()
    {
        var approved = new LedgerEntry("decision:1", LedgerKind.Decision, "PA-00001", "case-1", PayerVerdict.Approved, default);
        _books.Add(approved);

        Assert.Equal(approved, _books.Add(approved with { Verdict = PayerVerdict.Denied }));
    }

    [Fact]
    public void Of_changes_at_the_same_moment_none_is_lost()
    {
        Parallel.For(0, 40, _ => _books.SetBehaviour("case-1", PayerBehaviour.Accepts));
        _books.SetBehaviour("case-1", PayerBehaviour.Rejects);

        Assert.Equal(41, File.ReadAllLines(Path.Combine(_folder.FullName, "payer-behaviours.jsonl")).Length);
        Assert.Equal(PayerBehaviour.Rejects, new PayerBooks(new DataFolder(_folder.FullName)).BehaviourOf("case-1"));
    }

    [Fact]
    public async Task The_payer_calls_once_when_it_has_decided()
    {
        await AskForCallAsync("case-1", "callback-1");
        List<(string Id, object? Answer)> calls = [];
        using var office = Office((id, answer) => calls.Add((id, answer)), out _);

        await office.RunOnceAsync(default);
        Assert.Empty(calls); // it takes a moment
        _clock.Advance(TimeSpan.FromSeconds(3));
        await office.RunOnceAsync(default);
        await office.RunOnceAsync(default);

        Assert.Equal([("callback-1", new PayerDecision(PayerVerdict.Approved, "the payer called"))], calls);
    }

    [Fact]
    public async Task A_slow_payer_forgets_to_call()
    {
        _books.SetBehaviour("case-1", PayerBehaviour.IsSlow);
        await AskForCallAsync("case-1", "callback-1");
        using var office = Office(static (_, _) => Assert.Fail("It called."), out _);
        _clock.Advance(TimeSpan.FromDays(11));

        await office.RunOnceAsync(default);
    }

    [Fact]
    public async Task A_call_that_fails_keeps_no_other_from_being_made_and_is_told_once_without_what_was_said()
    {
        await AskForCallAsync("case-1", "refused");
        await AskForCallAsync("case-2", "callback-2");
        _clock.Advance(TimeSpan.FromSeconds(3));
        List<string> calls = [];
        using var office = Office(
            (id, _) =>
            {
                if (id == "refused") throw new ArgumentException("Approved is what was said.");
                calls.Add(id);
            },
            out var log);

        await office.RunOnceAsync(default);
        await office.RunOnceAsync(default);

        Assert.Equal(["callback-2"], calls);
        Assert.Equal("The payer could not call back about PA-00001 (ArgumentException). It goes on trying; this is said once.", Assert.Single(log.Lines).Text);
    }

    [Fact]
    public async Task After_a_restart_the_payer_calls_again_and_takes_closed_for_an_answer()
    {
        await AskForCallAsync("case-1", "callback-1");
        _clock.Advance(TimeSpan.FromSeconds(3));
        using (var predecessor = Office(static (_, _) => { }, out _)) await predecessor.RunOnceAsync(default);
        var calls = 0;
        using var office = Office(
            (_, _) =>
            {
                calls++;
                throw new CallbackClosedException("It was answered before.");
            },
            out var log);

        await office.RunOnceAsync(default);
        await office.RunOnceAsync(default);

        Assert.Equal(1, calls);
        Assert.Empty(log.Lines);
    }

    private Task<string> SubmitAsync(string caseId) => _payer.SubmitAsync(new Claim(caseId, "payer-3", "72148", ["M54.16"], "A letter"), caseId, default);

    private async Task AskForCallAsync(string caseId, string callbackId) => await _payer.CallBackAsync(await SubmitAsync(caseId), callbackId, default);

    private PayerOffice Office(Action<string, object?> take, out LogDouble<PayerOffice> log)
    {
        log = new LogDouble<PayerOffice>();
        return new PayerOffice(_books, _payer, ClientDouble.TakingAnswers(take), _clock, log);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
