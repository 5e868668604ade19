namespace PriorAuthorization;

/// <summary>Passes every call on.</summary>
internal abstract class DelegatingPayer(IPayer payer) : IPayer
{
    public virtual Task<bool> IsCoveredAsync(string payerId, string patientRef, CancellationToken cancellationToken) => payer.IsCoveredAsync(payerId, patientRef, cancellationToken);

    public virtual Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken) => payer.SubmitAsync(claim, idempotencyKey, cancellationToken);

    public virtual Task<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken) => payer.FindAsync(idempotencyKey, cancellationToken);

    public virtual Task CallBackAsync(string reference, string callbackId, CancellationToken cancellationToken) => payer.CallBackAsync(reference, callbackId, cancellationToken);

    public virtual Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken) => payer.GetDecisionAsync(reference, cancellationToken);

    public virtual Task AddInformationAsync(string reference, string[] statements, string idempotencyKey, CancellationToken cancellationToken) =>
        payer.AddInformationAsync(reference, statements, idempotencyKey, cancellationToken);

    public virtual Task VoidAsync(string reference, string idempotencyKey, CancellationToken cancellationToken) => payer.VoidAsync(reference, idempotencyKey, cancellationToken);
}
