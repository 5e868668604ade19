namespace PriorAuthorization;

/// <summary>A payer's rules for a procedure, as they are published.</summary>
internal sealed record PublishedPolicy(string Version, string Text);

/// <summary>Published policies, played by a table. Not every payer publishes every policy.</summary>
internal sealed class PolicyLibrary
{
    private readonly Dictionary<string, PublishedPolicy> _policies = new()
    {
        ["72148"] = new("2026-07", """
            Lumbar MRI is covered when all of these are documented:
            - Pain radiating to the leg for more than six weeks
            - Physiotherapy for at least six weeks without lasting relief
            - Reflexes or strength reduced on exam
            """),
        ["27447"] = new("2026-03", """
            Knee replacement is covered when all of these are documented:
            - Osteoarthritis grade three or four on imaging
            - Physiotherapy sessions completed without lasting relief
            - Walking distance limited by pain
            """),
        ["95250"] = new("2025-11", """
            Continuous glucose monitoring is covered when all of these are documented:
            - Insulin injected at least three times daily
            - Hypoglycaemia events documented in the last months
            - Training completed with a diabetes educator
            """),
    };

    /// <summary>The policy; null when none is published.</summary>
    public Task<PublishedPolicy?> FindAsync(string payerId, string procedureCode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(payerId.Length == 0 ? null : _policies.GetValueOrDefault(procedureCode));
    }
}
