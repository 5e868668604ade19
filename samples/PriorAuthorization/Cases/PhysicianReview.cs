using System.Security.Cryptography;
using System.Text;
using Perdure;

namespace PriorAuthorization;

/// <summary>The letter that the physician lets go out; null: none, and why.</summary>
internal sealed record Review([SensitiveData] string? Letter, string Text)
{
    public bool IsExpired { get; init; }
}

/// <summary>The third part: a physician reads, may change the letter, and signs or refuses.</summary>
internal sealed class PhysicianReview(People people, AuditTrail audit)
{
    public const string Physician = "physician";
    public const string Lead = "lead-physician";

    public async Task<Review> RunAsync(IDurableContext context, PriorAuthRequest request, Necessity necessity)
    {
        // What the physician is shown is on the record: it is what they sign, whatever a later version would show.
        var shown = await context.StepAsync(
            (_, _) => Task.FromResult(new ReviewRequest(necessity.Letter, necessity.Findings, necessity.Confidence, necessity.Flags)), "prepare-review");
        var decision = await people.AskAsync<PhysicianDecision>(context, new PersonalQuestion("physician-review", request.CaseId, Physician)
        {
            Subject = $"A letter waits for your signature: {request.CaseId}",
            Timeout = TimeSpan.FromDays(5),
            RemindEvery = TimeSpan.FromDays(1),
            Escalation = (Lead, AtReminder: 2),
        });
        if (decision is null) return new Review(null, "No physician has answered within five days.") { IsExpired = true };

        var letter = decision.EditedLetter ?? shown.Letter;
        await context.StepAsync(
            (step, token) => audit.RecordAsync(
                request.CaseId, decision.Approved ? "letter-signed" : "letter-refused", decision.Physician, Hash(letter), step.IdempotencyKey, token),
            "audit-decision");
        return decision.Approved
            ? new Review(letter, decision.EditedLetter is null ? "The physician signed the letter." : "The physician changed the letter and signed it.")
            : new Review(null, "The physician did not sign.");
    }

    /// <summary>SHA-256 of the letter, in hex: enough to prove which letter was signed, not enough to read it.</summary>
    public static string Hash(string letter) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(letter)));
}
