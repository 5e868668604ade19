namespace PriorAuthorization;

/// <summary>A payer with books of its own, which takes its time and does not always answer.</summary>
internal sealed class FakePayer(PayerBooks books, TimeProvider clock, TimeSpan latency) : IPayer
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TenDays = TimeSpan.FromDays(10);

    /// <summary>Nobody decides on a claim while it is being withdrawn.</summary>
    private readonly Lock _decision = new();

    public async Task<bool> IsCoveredAsync(string payerId, string patientRef, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        return !patientRef.EndsWith("-lapsed", StringComparison.Ordinal);
    }

    public async Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(claim.Letter);
        var (entry, isNew) = books.Claim(claim.CaseId, idempotencyKey, clock.GetUtcNow());
        await TravelAsync(cancellationToken);
        var isFirst = isNew && books.Ledger.Count(other => other.Kind == LedgerKind.Claim && other.CaseId == claim.CaseId) == 1;
        if (isFirst && books.BehaviourOf(claim.CaseId) == PayerBehaviour.LosesTheAnswer) throw new TimeoutException("The payer did not answer.");
        return entry.Reference;
    }

    public async Task<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        return books.Find(idempotencyKey)?.Reference;
    }

    public async Task CallBackAsync(string reference, string callbackId, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        books.CallBacks.Add(callbackId, _ => new CallBackEntry(callbackId, reference, clock.GetUtcNow()));
    }

    public async Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        return new PayerDecision(Decide(reference), "we asked");
    }

    public async Task AddInformationAsync(string reference, string[] statements, string idempotencyKey, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        books.Add(new LedgerEntry($"information:{idempotencyKey}", LedgerKind.Information, reference, CaseOf(reference), PayerVerdict.Pending, clock.GetUtcNow())
        {
            Statements = statements.Length,
        });
    }

    public async Task VoidAsync(string reference, string idempotencyKey, CancellationToken cancellationToken)
    {
        await TravelAsync(cancellationToken);
        lock (_decision) books.Add(new LedgerEntry($"void:{idempotencyKey}", LedgerKind.Void, reference, CaseOf(reference), PayerVerdict.Pending, clock.GetUtcNow()));
    }

    /// <summary>What the payer says now. What it has said once, it goes on saying until it is sent something new; of a claim that was withdrawn it says nothing.</summary>
    public PayerVerdict Decide(string reference)
    {
        lock (_decision) return Decide_NeedsLock(reference);
    }

    private PayerVerdict Decide_NeedsLock(string reference)
    {
        var file = books.Of(reference).ToList();
        if (file.Exists(static entry => entry.Kind == LedgerKind.Void)) return PayerVerdict.Pending;
        var received = file.Last(static entry => entry.Kind is LedgerKind.Claim or LedgerKind.Information);
        var said = file.LastOrDefault(static entry => entry.Kind == LedgerKind.Decision);
        if (said is not null && said.Key.EndsWith($":{received.Key}", StringComparison.Ordinal)) return said.Verdict;

        var behaviour = books.BehaviourOf(received.CaseId);
        var now = clock.GetUtcNow();
        if (now < received.At + (behaviour == PayerBehaviour.IsSlow ? TenDays : Moment)) return PayerVerdict.Pending;
        var verdict = behaviour switch
        {
            PayerBehaviour.Rejects => PayerVerdict.Denied,
            PayerBehaviour.AsksForMore when received.Kind == LedgerKind.Claim => PayerVerdict.MoreInformation,
            _ => PayerVerdict.Approved,
        };
        return books.Add(new LedgerEntry($"decision:{received.Key}", LedgerKind.Decision, reference, received.CaseId, verdict, now)).Verdict;
    }

    private string CaseOf(string reference) => books.Of(reference).First().CaseId;

    private Task TravelAsync(CancellationToken cancellationToken) => latency > TimeSpan.Zero ? Task.Delay(latency, clock, cancellationToken) : Task.CompletedTask;
}
