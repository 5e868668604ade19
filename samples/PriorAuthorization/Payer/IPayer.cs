namespace PriorAuthorization;

/// <summary>A payer's interface, as we need it. Each call may fail, be slow, or succeed without our learning of it.</summary>
internal interface IPayer
{
    Task<bool> IsCoveredAsync(string payerId, string patientRef, CancellationToken cancellationToken);

    /// <summary>Submits a claim; a claim under a key that the payer knows is the one that it has.</summary>
    /// <exception cref="TimeoutException">No answer came; the payer may have taken the claim all the same.</exception>
    Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>The reference of the claim that was submitted under the key; null when there is none.</summary>
    Task<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Asks the payer to call back when it has decided. It may forget to.</summary>
    Task CallBackAsync(string reference, string callbackId, CancellationToken cancellationToken);

    Task<PayerDecision> GetDecisionAsync(string reference, CancellationToken cancellationToken);

    Task AddInformationAsync(string reference, string[] statements, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Withdraws a claim; a withdrawal under a key that the payer knows is the one that it has.</summary>
    Task VoidAsync(string reference, string idempotencyKey, CancellationToken cancellationToken);
}

/// <summary>How the payer treats a case.</summary>
internal enum PayerBehaviour
{
    /// <summary>Approves it after a moment, and calls back.</summary>
    Accepts,

    /// <summary>Denies it after a moment, and calls back.</summary>
    Rejects,

    /// <summary>Asks for more information first, then approves.</summary>
    AsksForMore,

    /// <summary>Takes the claim, but the first answer is lost on the way; then approves.</summary>
    LosesTheAnswer,

    /// <summary>Takes ten days and forgets to call back: polling finds the decision.</summary>
    IsSlow,
}
