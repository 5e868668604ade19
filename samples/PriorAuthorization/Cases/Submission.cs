using Perdure;

namespace PriorAuthorization;

/// <summary>The claim goes no further, and is withdrawn.</summary>
internal sealed class ClaimAbandonedException(string reason) : Exception(reason);

/// <summary>The last part: the claim is submitted once, the payer's decision awaited, and the claim withdrawn if the case ends before it.</summary>
internal sealed class Submission(IPayer payer, Intake intake)
{
    /// <summary>As long as the deadline leaves time.</summary>
    private static readonly IRetryStrategy Patient = RetryStrategy.Exponential(maxAttempts: 1000, initialDelay: TimeSpan.FromSeconds(2), maxDelay: TimeSpan.FromMinutes(30));

    /// <summary>About two days: then an operator must look.</summary>
    private static readonly StepConfig Withdrawal = new()
    {
        RetryStrategy = RetryStrategy.Exponential(maxAttempts: 100, initialDelay: TimeSpan.FromSeconds(2), maxDelay: TimeSpan.FromHours(1)),
    };

    public async Task<PriorAuthOutcome> RunAsync(IDurableContext context, PriorAuthRequest request, string letter, Necessity necessity)
    {
        try
        {
            return await context.RunSagaAsync((saga, _) => SubmitAsync(saga, request, letter, necessity), "claim");
        }
        catch (ChildContextException error) when (error.IsError<ClaimAbandonedException>())
        {
            return new PriorAuthOutcome(
                CaseStatus.NeedsInfoExpired, null, "The payer asked for information that did not come, or asked again; the claim was withdrawn.", necessity.Findings, []);
        }
    }

    private async Task<PriorAuthOutcome> SubmitAsync(ISagaContext saga, PriorAuthRequest request, string letter, Necessity necessity)
    {
        var timeline = new Timeline(saga);

        // The payer may take the claim and its answer may be lost, or this process may end before the answer is recorded. The step runs again
        // then, under the same key, and the payer knows the claim that it has. The withdrawal is registered before the claim is sent.
        var reference = await saga.StepAsync(
            (step, token) => payer.SubmitAsync(new Claim(request.CaseId, request.PayerId, request.ProcedureCode, letter), step.IdempotencyKey, token),
            VoidAsync,
            "submit",
            new StepConfig { Key = $"submit:{request.CaseId}", RetryStrategy = Patient },
            Withdrawal);
        timeline.Note($"The payer has the claim as {reference}.");

        var decision = await AwaitDecisionAsync(saga, reference, "payer-decision");
        if (decision.Verdict == PayerVerdict.MoreInformation)
        {
            timeline.Note("The payer asks for more information.");
            await SendInformationAsync(saga, request, reference);
            timeline.Note("The payer was sent more information.");
            decision = await AwaitDecisionAsync(saga, reference, "payer-decision-2");
            if (decision.Verdict == PayerVerdict.MoreInformation) throw new ClaimAbandonedException("The payer asked for more information a second time.");
        }

        timeline.Note($"The payer has decided ({decision.Via}).");
        return decision.Verdict == PayerVerdict.Approved
            ? new PriorAuthOutcome(CaseStatus.Approved, reference, "The payer approved the request.", necessity.Findings, timeline.Entries)
            : new PriorAuthOutcome(CaseStatus.Denied, reference, "The payer denied the request.", necessity.Findings, timeline.Entries);
    }

    /// <summary>Whether the payer calls or has to be asked, whichever comes first; the other is given up.</summary>
    private async Task<PayerDecision> AwaitDecisionAsync(IDurableContext context, string reference, string name)
    {
        var race = await context.ParallelAsync<PayerDecision>(
            [
                new DurableBranch<PayerDecision>("webhook", (branch, _) => branch.WaitForCallbackAsync<PayerDecision>(
                    (callbackId, _, token) => payer.CallBackAsync(reference, callbackId, token), "payer-webhook")),
                new DurableBranch<PayerDecision>("polling", (branch, _) => branch.WaitForConditionAsync<PayerDecision>(
                    (_, _, token) => payer.GetDecisionAsync(reference, token),
                    new WaitForConditionConfig<PayerDecision>
                    {
                        InitialState = new PayerDecision(PayerVerdict.Pending, "not asked"),
                        WaitStrategy = WaitStrategy.FromDelegate<PayerDecision>(static (decision, check) =>
                            decision.Verdict == PayerVerdict.Pending ? WaitDecision.ContinueAfter(PollAfter(check)) : WaitDecision.Stop()),
                    },
                    "payer-polling")),
            ],
            name,
            new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful() });
        if (race.SuccessCount == 0) race.ThrowIfError();
        return race.GetResults()[0];
    }

    /// <summary>15 minutes, doubling, at most 6 hours; as often as the deadline allows.</summary>
    private static TimeSpan PollAfter(int check) => TimeSpan.FromMinutes(Math.Min(15 * Math.Pow(2, Math.Min(check - 1, 10)), 360));

    private async Task SendInformationAsync(ISagaContext saga, PriorAuthRequest request, string reference)
    {
        if (await intake.AskProviderAsync(saga, request, "payer-information", "The payer asks for more about") is not { } sent)
            throw new ClaimAbandonedException("The provider did not send what the payer asked for.");

        // Only the new pages; the claim has the others already.
        var reading = await saga.RunInChildContextAsync(
            (child, _) => intake.ReadAsync(child, request.CaseId, sent.Pages, new Reading([], [], 0)), "read-information");
        await saga.StepAsync(
            (step, token) => payer.AddInformationAsync(reference, [.. reading.Evidence.Select(static evidence => evidence.Text)], step.IdempotencyKey, token),
            "send-information",
            new StepConfig { RetryStrategy = Patient });
    }

    /// <summary>Whether the claim arrived may be unknown: the payer is asked by its key before anything is withdrawn.</summary>
    private async Task VoidAsync(SagaOutcome<string> submitted, IStepContext step, CancellationToken cancellationToken)
    {
        var reference = submitted.IsKnown ? submitted.Result : await payer.FindAsync(submitted.IdempotencyKey, cancellationToken);
        if (reference is not null) await payer.VoidAsync(reference, step.IdempotencyKey, cancellationToken);
    }
}
