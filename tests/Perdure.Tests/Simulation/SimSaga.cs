namespace Perdure.Tests.Simulation;

/// <summary>An effect in a saga: in the book once it has happened, and out of it once it is undone.</summary>
/// <param name="GivesUp">Fails for good, after its effect: a saga cannot tell, and must undo it.</param>
/// <param name="Slips">How often its compensation fails before it works.</param>
internal sealed record SimAction(string Name, int Failures, bool AtMostOnce, bool GivesUp, int Slips, bool Keyed) : SimNode
{
    public bool IsUnfixable => Name.EndsWith(SagaInvariant.Unfixable, StringComparison.Ordinal);

    public override string Pattern => Line(Name);

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var saga = (ISagaContext)context;
        var key = SagaInvariant.KeyOf(context);
        log.Add(await saga.StepAsync(
            async (step, _) =>
            {
                stage.Note($"{Name} {step.OperationId}", step.AttemptNumber, AtMostOnce);
                await stage.PauseAsync();
                stage.Ledger.Did(key, step.IdempotencyKey);
                await stage.PauseAsync();
                return GivesUp || step.AttemptNumber <= Failures ? throw new InvalidOperationException($"{Name} fails") : Name;
            },
            async (outcome, step, _) =>
            {
                if (outcome.IsKnown && outcome.Result != Name) throw new InvalidOperationException($"{Name} is undone with the result {outcome.Result}");
                await stage.PauseAsync();
                if (IsUnfixable || step.AttemptNumber <= Slips) throw new TimeoutException($"{Name} cannot be undone");
                stage.Ledger.Undid(key, outcome.IdempotencyKey);
            },
            Name,
            new StepConfig
            {
                RetryStrategy = GivesUp ? RetryStrategy.None : SimStep.Patient,
                Semantics = AtMostOnce ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
                Key = KeyIf(Keyed, Name),
            },
            new StepConfig { RetryStrategy = IsUnfixable ? RetryStrategy.None : SimStep.Patient }));
    }
}

/// <summary>A saga: its outcome is its log, or that it was undone, or that it could not be.</summary>
/// <param name="InTurn">False: its parts, all of them actions, run side by side, and the first that fails leaves the others to themselves.</param>
/// <param name="Throws">Fails when all is done.</param>
internal sealed record SimSaga(string Name, SimNode[] Parts, bool InTurn, bool Cleans, bool Throws, bool Big, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern
    {
        get
        {
            var actions = Parts.SelectMany(part => part is SimBlock block ? block.Nodes : [part]).OfType<SimAction>().ToList();
            var fails = Throws || actions.Any(action => action.GivesUp);
            var isFixable = !actions.Any(action => action.IsUnfixable);
            var outcomes = new List<string> { fails ? Line($"{Name}:undone") : string.Concat(Parts.Select(part => part.Pattern)) };

            // Even when it would succeed, something around it may stop it; and when it fails, it may do so before the part that cannot be undone.
            if (!isFixable) outcomes.Add(Line($"{Name}:uncompensated"));
            return Either([.. outcomes]);
        }
    }

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        try
        {
            var inner = await Await(
                context.RunSagaAsync(
                    async (saga, _) =>
                    {
                        if (Cleans) saga.Cleanup($"clean-{Name}", (_, _) => Task.CompletedTask);
                        var logs = Parts.Select(_ => new List<string>()).ToArray();
                        if (InTurn)
                        {
                            for (var i = 0; i < Parts.Length; i++) await Parts[i].RunAsync(saga, logs[i], stage);
                        }
                        else
                        {
                            foreach (var part in Parts.Select((part, i) => part.RunAsync(saga, logs[i], stage)).ToList()) await part;
                        }

                        if (Throws) throw new TimeoutException($"{Name} changed its mind");
                        return new SimChildResult([.. logs.SelectMany(part => part)], Big ? new string('x', 300_000) : "");
                    },
                    Name, new SagaConfig { Key = KeyIf(Keyed, Name) }),
                Configured);
            log.AddRange(inner.Log);
        }
        catch (ChildContextException)
        {
            log.Add($"{Name}:undone");
        }
        catch (SagaCompensationException error)
        {
            // How many were tried depends on when it was stopped, and must not depend on whether this is a replay.
            await context.StepAsync((_, _) => Task.FromResult(0), $"open-{Name}-{error.Failures.Count}");
            log.Add($"{Name}:uncompensated");
        }
    }
}
