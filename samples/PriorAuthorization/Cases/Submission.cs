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
    public static StepConfig WithdrawalConfig { get; } = new()
    {
        RetryStrategy = RetryStrategy.Exponential(maxAttempts: 100, initialDelay: TimeSpan.FromSeconds(2), maxDelay: TimeSpan.FromHours(1)),
    };

    /// <returns>An outcome without a claim, or with one that is decided.</returns>
    public async Task<PriorAuthOutcome> RunAsync(IDurableContext context, PriorAuthRequest request, ClaimKeys keys, string letter, Necessity necessity)
    {
        try
        {
            return await context.RunSagaAsync((saga, _) => SubmitAsync(saga, request, keys, letter, necessity), "claim");
        }
        catch (ChildContextException error) when (error.IsError<ClaimAbandonedException>())
        {
            return new PriorAuthOutcome(
                CaseStatus.NeedsInfoExpired, null, "The payer asked for information that did not come, or asked again; the claim was withdrawn.", necessity.Findings, []);
        }
    }

    private async Task<PriorAuthOutcome> SubmitAsync(ISagaContext saga, PriorAuthRequest request, ClaimKeys keys, string letter, Necessity necessity)
    {
        var timeline = new Timeline(saga);

        // The payer may take the claim and its answer may be lost, or this process may end before the answer is recorded. The step runs again
        // then, under the same key, and the payer knows the claim that it has. The withdrawal is registered before the claim is sent. (A known
        // outcome has its result.)
        var reference = await saga.StepAsync(
            (_, token) => payer.SubmitAsync(new Claim(request.CaseId, request.PayerId, request.ProcedureCode, request.DiagnosisCodes, letter), keys.Submit, token),
            (submitted, _, token) => submitted.IsKnown ? payer.VoidAsync(submitted.Result!, keys.Void, token) : WithdrawAsync(keys, token),
            "submit",
            new StepConfig { Key = $"submit:{request.CaseId}", RetryStrategy = Patient },
            WithdrawalConfig);
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
        return decision.Verdict switch
        {
            PayerVerdict.Approved => new PriorAuthOutcome(CaseStatus.Approved, reference, "The payer approved the request.", necessity.Findings, timeline.Entries),
            PayerVerdict.Denied => new PriorAuthOutcome(CaseStatus.Denied, reference, "The payer denied the request.", necessity.Findings, timeline.Entries),
            var unknown => throw new InvalidOperationException($"The payer's verdict {unknown} is not known here; the claim is withdrawn."),
        };
    }

    /// <summary>Whether the payer calls or has to be asked, whichever comes first; the other is given up.</summary>
    private async Task<PayerDecision> AwaitDecisionAsync(IDurableContext context, string reference, string name)
    {
        var race = await context.ParallelAsync<PayerDecision>(
            [
                new DurableBranch<PayerDecision>("webhook", (branch, _) => BeCalledAsync(branch, reference)),
                new DurableBranch<PayerDecision>("polling", (branch, _) => branch.WaitForConditionAsync<PayerDecision>(
                    (last, _, token) => PollAsync(reference, last, token),
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

    /// <summary>A call that says "not yet" is followed by another.</summary>
    private async Task<PayerDecision> BeCalledAsync(IDurableContext context, string reference)
    {
        while (true)
        {
            var called = await context.WaitForCallbackAsync<PayerDecision>((callbackId, _, token) => payer.CallBackAsync(reference, callbackId, token), "payer-webhook");
            if (called.Verdict != PayerVerdict.Pending) return called;
        }
    }

    /// <summary>A check is not retried: one that fails is like one that finds nothing.</summary>
    private async Task<PayerDecision> PollAsync(string reference, PayerDecision last, CancellationToken cancellationToken)
    {
        try
        {
            return await payer.GetDecisionAsync(reference, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return last;
        }
    }

    /// <summary>15 minutes, doubling, at most 6 hours; as often as the deadline allows.</summary>
    private static TimeSpan PollAfter(int check) => TimeSpan.FromMinutes(Math.Min(15 * Math.Pow(2, Math.Min(check - 1, 10)), 360));

    private async Task SendInformationAsync(ISagaContext saga, PriorAuthRequest request, string reference)
    {
        if (await intake.AskProviderAsync(saga, request, "payer-information", "The payer asks for more about") is not { } sent)
            throw new ClaimAbandonedException("The provider did not send what the payer asked for.");

        // Only the new pages; the claim has the others already.
        var reading = await saga.RunInChildContextAsync(
            (child, _) => intake.ReadAsync(child, request.CaseId, sent.Pages, Reading.None), "read-information");
        await saga.StepAsync(
            (step, token) => payer.AddInformationAsync(reference, [.. reading.Evidence.Select(static evidence => evidence.Text)], step.IdempotencyKey, token),
            "send-information",
            new StepConfig { RetryStrategy = Patient });
    }

    /// <summary>Withdraws the claim, if the payer has it: whether it arrived may be unknown, so the payer is asked by its key first.</summary>
    public async Task WithdrawAsync(ClaimKeys keys, CancellationToken cancellationToken)
    {
        if (await payer.FindAsync(keys.Submit, cancellationToken) is { } reference) await payer.VoidAsync(reference, keys.Void, cancellationToken);
    }
}
