using Perdure;

namespace PriorAuthorization;

/// <summary>
/// One case, from the chart to the payer's decision. Ordinary code: it waits for people and payers for days without being in memory, may be
/// killed at any line and goes on where it was.
/// </summary>
[DurableFunction(Name, ExecutionTimeoutSeconds = 60 * 86400)]
internal class PriorAuthorizationFunction(Intake intake, Assessment assessment, PhysicianReview review, Submission submission, Closing closing)
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
        var status = CaseStatus.Withdrawn;
        closing.Promise(saga, request, () => status);

        // The claim's own saga withdraws it while it is under way. Between its end and the case's, somebody may still withdraw the case.
        var keys = new ClaimKeys(saga.GetIdempotencyKey($"submit:{request.CaseId}"), saga.GetIdempotencyKey($"void:{request.CaseId}"));
        saga.Compensate("withdraw-claim", (_, token) => submission.WithdrawAsync(keys, token), Submission.WithdrawalConfig);
        try
        {
            var outcome = await DecideAsync(saga, request, keys);
            status = saga.ExecutionCancellation.IsCancellationRequested ? CaseStatus.Withdrawn : outcome.Status; // as the saga itself will see it
            return outcome;
        }
        catch (DurableOperationException error) when (error is not ExecutionCancelledException and not SagaCompensationException)
        {
            status = CaseStatus.FailedCompensated;
            return new PriorAuthOutcome(status, null, $"Something failed for good ({error.ErrorType}). The payer has no claim, or none any more.", [], []);
        }
        catch (Exception error) when (error is not ExecutionCancelledException)
        {
            status = CaseStatus.Failed;
            throw;
        }
    }

    private async Task<PriorAuthOutcome> DecideAsync(ISagaContext saga, PriorAuthRequest request, ClaimKeys keys)
    {
        var due = saga.ExecutionContext.StartedAt + (request.Urgency == Urgency.Urgent ? TimeSpan.FromDays(3) : TimeSpan.FromDays(14));
        try
        {
            return await saga.WithDeadlineAsync(due, (timed, _) => WorkAsync(timed, request, keys), "decision");
        }
        catch (DeadlineExceededException)
        {
            // As above: decided, but not in time to say so.
            await saga.StepAsync((_, token) => submission.WithdrawAsync(keys, token), "withdraw-if-decided", Submission.WithdrawalConfig);
            return new PriorAuthOutcome(CaseStatus.Expired, null, "The deadline passed before the case was decided.", [], []);
        }
    }

    /// <summary>What must be done by the deadline.</summary>
    private async Task<PriorAuthOutcome> WorkAsync(IDurableContext context, PriorAuthRequest request, ClaimKeys keys)
    {
        var read = await context.RunInChildContextAsync((child, _) => intake.RunAsync(child, request), "intake");
        var timeline = new Timeline(context, read.Timeline);
        if (read.Facts is not { } facts) return End(CaseStatus.NeedsInfoExpired, "The provider did not send what was missing.", []);

        var assessed = await assessment.RunAsync(context, request, facts, AsksForSecondOpinion(context));
        var findings = assessed.Necessity.Findings;
        if (!assessed.IsCovered) return End(CaseStatus.Denied, "The payer does not cover the patient.", findings);
        timeline.Note(assessed.PolicyVersion is { } version ? $"Measured against policy {version}." : "There is no policy to measure against.");

        var reviewed = await review.RunAsync(context, request, assessed.Necessity);
        timeline.Note(reviewed.Text);
        if (reviewed.Letter is not { } letter) return End(reviewed.IsExpired ? CaseStatus.Expired : CaseStatus.Withdrawn, reviewed.Text, findings);

        var outcome = await submission.RunAsync(context, request, keys, letter, assessed.Necessity);
        return outcome with { Timeline = [.. timeline.Entries, .. outcome.Timeline] };

        PriorAuthOutcome End(string status, string rationale, Finding[] found) => new(status, null, rationale, found, timeline.Entries);
    }

    /// <summary>A second opinion on low confidence is an addition: cases that were past this line before it was written go on without.</summary>
    private protected virtual bool AsksForSecondOpinion(IDurableContext context) => context.Patched("opinion-on-low-confidence");
}
