using Perdure;

namespace PriorAuthorization;

/// <summary>
/// One case, from the chart to the payer's decision. Ordinary code: it waits for people and payers for days without being in memory, may be
/// killed at any line and goes on where it was.
/// </summary>
[DurableFunction("prior-authorization", ExecutionTimeoutSeconds = 60 * 86400)]
internal class PriorAuthorizationFunction(Intake intake, Assessment assessment, PhysicianReview review, Submission submission, Outbox outbox, AuditTrail audit)
    : IDurableFunction<PriorAuthRequest, PriorAuthOutcome>
{
    public const string Name = "prior-authorization";

    public async Task<PriorAuthOutcome> RunAsync(PriorAuthRequest request, IDurableContext context)
    {
        try
        {
            return await context.RunSagaAsync((saga, _) => RunCaseAsync(saga, request), "case");
        }
        catch (ExecutionCancelledException)
        {
            // What there was to undo and to tell has been undone and told by the sagas.
            return new PriorAuthOutcome(CaseStatus.Withdrawn, null, "The case was withdrawn.", [], []);
        }
    }

    private async Task<PriorAuthOutcome> RunCaseAsync(ISagaContext saga, PriorAuthRequest request)
    {
        // Whatever becomes of the case, its end is recorded and the provider is told of it.
        var status = CaseStatus.Withdrawn;
        saga.Cleanup("notify-provider", (step, token) =>
            outbox.SendAsync(request.CaseId, request.ProviderId, $"{request.CaseId} is {status}", step.IdempotencyKey, token));
        saga.Cleanup("record-outcome", (step, token) =>
            audit.RecordAsync(request.CaseId, $"case-{status}", "perdure", null, step.IdempotencyKey, token));
        try
        {
            var outcome = await DecideAsync(saga, request);
            status = outcome.Status;
            return outcome;
        }
        catch (DurableOperationException error) when (error is not ExecutionCancelledException and not SagaCompensationException)
        {
            status = CaseStatus.FailedCompensated;
            return new PriorAuthOutcome(status, null, $"Something failed for good ({error.ErrorType}); what the payer had was withdrawn.", [], []);
        }
        catch (Exception error) when (error is not ExecutionCancelledException)
        {
            status = CaseStatus.Failed;
            throw;
        }
    }

    private async Task<PriorAuthOutcome> DecideAsync(IDurableContext context, PriorAuthRequest request)
    {
        var due = context.ExecutionContext.StartedAt + (request.Urgency == Urgency.Urgent ? TimeSpan.FromDays(3) : TimeSpan.FromDays(14));
        var read = await context.RunInChildContextAsync((child, _) => intake.RunAsync(child, request), "intake");
        var timeline = new Timeline(context, read.Timeline);
        if (read.Facts is not { } facts) return End(CaseStatus.NeedsInfoExpired, "The provider did not send what was missing.");

        // Cases that were past this line before it was written keep their way: they have asked nobody.
        var asksForSecondOpinion = AsksForSecondOpinion(context);
        try
        {
            return await context.WithDeadlineAsync(
                due, (timed, _) => FinishAsync(timed, request, facts, asksForSecondOpinion, timeline.Entries), "decision");
        }
        catch (DeadlineExceededException)
        {
            timeline.Note("The time was up.");
            return End(CaseStatus.Expired, "The deadline passed before the case was decided.");
        }

        PriorAuthOutcome End(string status, string rationale) => new(status, null, rationale, [], timeline.Entries);
    }

    /// <summary>What must be done by the deadline.</summary>
    private async Task<PriorAuthOutcome> FinishAsync(
        IDurableContext context, PriorAuthRequest request, ClinicalFacts facts, bool asksForSecondOpinion, TimelineEntry[] before)
    {
        var timeline = new Timeline(context, before);
        var assessed = await assessment.RunAsync(context, request, facts, asksForSecondOpinion);
        if (!assessed.IsCovered) return End(CaseStatus.Denied, "The payer does not cover the patient.");
        timeline.Note(assessed.PolicyVersion is { } version ? $"Measured against policy {version}." : "The payer has no policy for this.");

        var reviewed = await review.RunAsync(context, request, assessed.Necessity);
        timeline.Note(reviewed.Text);
        if (reviewed.Letter is not { } letter)
            return End(reviewed.IsExpired ? CaseStatus.Expired : CaseStatus.Withdrawn, reviewed.Text);

        var outcome = await submission.RunAsync(context, request, letter, assessed.Necessity);
        return outcome with { Timeline = [.. timeline.Entries, .. outcome.Timeline] };

        PriorAuthOutcome End(string status, string rationale) => new(status, null, rationale, assessed.Necessity.Findings, timeline.Entries);
    }

    /// <summary>A second opinion on low confidence is an addition: cases under way are not disturbed by it.</summary>
    private protected virtual bool AsksForSecondOpinion(IDurableContext context) => context.Patched("opinion-on-low-confidence");
}
