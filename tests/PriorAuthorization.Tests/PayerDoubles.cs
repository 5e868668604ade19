using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

internal static class PayerDoubles
{
    /// <summary>Puts something between the case and the payer.</summary>
    public static void Wrap(this IServiceCollection services, Func<IPayer, IPayer> wrap) =>
        services.AddSingleton(provider => wrap(provider.GetRequiredService<FakePayer>()));
}

/// <summary>Keeps the letters that arrive.</summary>
internal sealed class LetterReader(IPayer payer, List<string> letters) : DelegatingPayer(payer)
{
    public override Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        letters.Add(claim.Letter);
        return base.SubmitAsync(claim, idempotencyKey, cancellationToken);
    }
}

/// <summary>Cannot be reached for submissions.</summary>
internal sealed class UnreachablePayer(IPayer payer) : DelegatingPayer(payer)
{
    public int Attempts { get; private set; }

    public override Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        Attempts++;
        throw new TimeoutException("The payer did not answer.");
    }
}

/// <summary>Takes claims, and its answers never arrive.</summary>
internal sealed class MutePayer(IPayer payer) : DelegatingPayer(payer)
{
    public override async Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        await base.SubmitAsync(claim, idempotencyKey, cancellationToken);
        throw new TimeoutException("The payer did not answer.");
    }
}

/// <summary>Never decides.</summary>
internal sealed class UndecidedPayer(IPayer payer) : DelegatingPayer(payer)
{
    public override Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken) =>
        Task.FromResult(new PayerDecision(PayerVerdict.Pending, "we asked"));
}

/// <summary>Never decides, and does not let a claim be withdrawn.</summary>
internal sealed class StubbornPayer(IPayer payer) : DelegatingPayer(payer)
{
    public override Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken) =>
        Task.FromResult(new PayerDecision(PayerVerdict.Pending, "we asked"));

    public override Task VoidAsync(string reference, string idempotencyKey, CancellationToken cancellationToken) => throw new InvalidOperationException("Not offered.");
}

/// <summary>Cannot be asked three times.</summary>
internal sealed class FalteringPayer(IPayer payer) : DelegatingPayer(payer)
{
    private int _asked;

    public override Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken) =>
        ++_asked <= 3 ? throw new HttpRequestException("503") : base.GetDecisionAsync(reference, cancellationToken);
}

/// <summary>Tells the ledger of effects what reaches the payer's books.</summary>
internal sealed class ObservedPayer(IPayer payer, EffectLedger effects) : DelegatingPayer(payer)
{
    public override Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        effects.TryRecord($"claim {idempotencyKey}");
        return base.SubmitAsync(claim, idempotencyKey, cancellationToken);
    }

    public override Task AddInformationAsync(string reference, string[] statements, string idempotencyKey, CancellationToken cancellationToken)
    {
        effects.TryRecord($"information {idempotencyKey}");
        return base.AddInformationAsync(reference, statements, idempotencyKey, cancellationToken);
    }

    public override Task VoidAsync(string reference, string idempotencyKey, CancellationToken cancellationToken)
    {
        effects.TryRecord($"void {idempotencyKey}");
        return base.VoidAsync(reference, idempotencyKey, cancellationToken);
    }
}
