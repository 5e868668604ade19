using Perdure.Testing;

namespace Perdure.Snippets;

/// <summary>Remembers the last question.</summary>
internal sealed class Mailbox : IMailer
{
    public string? LastCallbackId { get; private set; }

    public Task AskAsync(string person, string callbackId, CancellationToken cancellationToken)
    {
        LastCallbackId = callbackId;
        return Task.CompletedTask;
    }
}

/// <summary>Takes a few checks until a payment is settled.</summary>
internal sealed class SlowBank(int checksUntilSettled) : IBank
{
    private int _checks;

    public int Payments { get; private set; }

    public Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken)
    {
        Payments++;
        return Task.FromResult("payment-1");
    }

    public Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken) =>
        Task.FromResult(++_checks < checksUntilSettled ? "pending" : "settled");
}

// <snippet test-ledger-bank>
internal sealed class LedgerBank(EffectLedger effects) : IBank
{
    public Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken)
    {
        effects.TryRecord(idempotencyKey); // the bank honours idempotency keys; a mail server would be effects.Record("mail to ...")
        return Task.FromResult("payment-1");
    }

    public Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken) => Task.FromResult("settled");
}
// </snippet test-ledger-bank>
