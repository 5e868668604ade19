namespace PriorAuthorization;

/// <summary>Our line to the payer: slow, and sometimes an answer does not arrive.</summary>
internal class PayerClient(PayerLedger ledger, TimeProvider clock)
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ThinkingTime = TimeSpan.FromSeconds(3);

    protected PayerLedger Ledger => ledger;

    /// <summary>Submits a claim and returns the payer's reference. The letter is the claim's content; the books keep only the claim.</summary>
    /// <exception cref="TimeoutException">No answer came; the payer may have taken the claim all the same.</exception>
    public virtual async Task<string> SubmitAsync(PriorAuthRequest request, string letter, string idempotencyKey, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(letter);
        var (entry, isNew) = ledger.Take(request.CaseId, idempotencyKey, request.Scenario, clock.GetUtcNow());
        await Task.Delay(Latency, clock, cancellationToken);
        if (isNew && request.Scenario == PayerScenario.LosesTheAnswer) throw new TimeoutException("The payer did not answer.");
        return entry.Reference;
    }

    public async Task<PayerStatus> GetStatusAsync(string reference, CancellationToken cancellationToken)
    {
        await Task.Delay(Latency / 5, clock, cancellationToken);
        var entry = ledger.Entries.First(entry => entry.Reference == reference);
        if (clock.GetUtcNow() - entry.At < ThinkingTime) return PayerStatus.Pending;
        return entry.Scenario == PayerScenario.Denies ? PayerStatus.Denied : PayerStatus.Approved;
    }
}
