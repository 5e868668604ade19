namespace Perdure.Tests.Simulation;

/// <summary>A map in which every item runs, whatever fails: its result depends on no timing.</summary>
internal sealed record SimMap(string Name, SimBlock[] Items, int MaxConcurrency, bool Flat, bool Big, bool Keyed) : SimNode
{
    public override string Pattern => Items.Length == 0 ? Line($"{Name}:empty") : string.Concat(Items.Select((item, i) => item.Pattern + Line($"{Name}#{i}")));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var result = await context.MapAsync(
            Items,
            async (child, item, i, _, _) =>
            {
                var inner = new List<string>();
                await item.RunAsync(child, inner, stage);
                return new SimChildResult([.. inner, $"{Name}#{i}"], Big ? new string('x', 150_000) : "");
            },
            Name,
            new MapConfig<SimBlock>
            {
                MaxConcurrency = MaxConcurrency == 0 ? null : MaxConcurrency,
                CompletionConfig = CompletionConfig.AllCompleted(),
                NestingType = Flat ? NestingType.Flat : NestingType.Nested,
                Key = KeyIf(Keyed, Name),
            });
        result.ThrowIfError();
        if (result.TotalCount == 0) log.Add($"{Name}:empty");
        foreach (var item in result.GetResults()) log.AddRange(item.Log);
    }
}

/// <summary>Steps under a combinator. Who wins depends on timing, and must be the same one on every replay.</summary>
internal sealed record SimRace(string Name, SimStep[] Steps, int Combinator) : SimNode
{
    public override string Pattern => Combinator == 0 ? string.Concat(Steps.Select(step => Line(step.Name))) : Line($"{Name}:won");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var logs = Steps.Select(_ => new List<string>()).ToArray();
        Task<string>[] tasks = [.. Steps.Select((step, i) => RunOneAsync(step, context, logs[i], stage))];
        switch (Combinator)
        {
            case 0:
                log.AddRange(await context.WhenAllAsync(Name, tasks));
                break;
            case 1:
                // The winner's own operation decides the name of the next step: another winner on replay would be found out.
                var winner = await context.WhenAnyAsync(Name, tasks);
                await context.StepAsync((_, _) => Task.FromResult(0), $"{Name}-won-by-{winner}");
                log.Add($"{Name}:won");
                break;
            default:
                var first = await context.FirstSuccessfulAsync(Name, tasks);
                await context.StepAsync((_, _) => Task.FromResult(0), $"{Name}-won-by-{first}");
                log.Add($"{Name}:won");
                break;
        }
    }

    private static async Task<string> RunOneAsync(SimStep step, IDurableContext context, List<string> log, SimStage stage)
    {
        await step.RunAsync(context, log, stage);
        return log[0];
    }
}

/// <summary>A group that fails a few times as a whole and is run again.</summary>
internal sealed record SimGroup(string Name, SimBlock Body, int Failures) : SimNode
{
    public override string Pattern => Body.Pattern + Line($"{Name}@{Failures + 1}");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var result = await context.RunWithRetryAsync(
            async (group, attempt, _) =>
            {
                var inner = new List<string>();
                await Body.RunAsync(group, inner, stage);
                return attempt <= Failures ? throw new TimeoutException($"{Name} fails") : new SimChildResult([.. inner, $"{Name}@{attempt}"], "");
            },
            Name,
            RetryStrategy.Exponential(5, TimeSpan.FromSeconds(2)));
        log.AddRange(result.Log);
    }
}

/// <summary>Branches of three types, added one by one; over when all are, or with the first. Which ones had ended must be the same on every replay.</summary>
internal sealed record SimParallel(string Name, SimBlock First, SimBlock Second, int MaxConcurrency, bool EndsEarly, bool Flat, bool Big, bool Pauses) : SimNode
{
    public override string Pattern => EndsEarly ? Line($"{Name}:won") : First.Pattern + Second.Pattern + Line($"{Name}=42");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        await using var parallel = context.CreateParallel(Name, new ParallelConfig
        {
            MaxConcurrency = MaxConcurrency == 0 ? null : MaxConcurrency,
            CompletionConfig = EndsEarly ? CompletionConfig.FirstSuccessful() : CompletionConfig.AllCompleted(),
            NestingType = Flat ? NestingType.Flat : NestingType.Nested,
        });
        var first = parallel.BranchAsync($"{Name}-text", async (branch, _) => SimNode.Text(await LogOf(First, branch, stage)));
        if (Pauses) await context.WaitAsync(TimeSpan.FromSeconds(5));
        var second = parallel.BranchAsync($"{Name}-log", async (branch, _) => new SimChildResult([.. await LogOf(Second, branch, stage)], Big ? new string('x', 300_000) : ""));
        var third = parallel.BranchAsync($"{Name}-number", async (branch, _) =>
        {
            await branch.WaitAsync(TimeSpan.FromSeconds(20));
            return 42;
        });

        var counts = await parallel.CompleteAsync();
        if (EndsEarly)
        {
            var ended = $"{await HasEnded(first)}{await HasEnded(second)}{await HasEnded(third)}";
            await context.StepAsync((_, _) => Task.FromResult(0), $"{Name}-{ended}-of-{counts.TotalCount}");
            log.Add($"{Name}:won");
            return;
        }

        log.AddRange((await first).Split(',', StringSplitOptions.RemoveEmptyEntries));
        log.AddRange((await second).Log);
        log.Add($"{Name}={await third}");
    }

    private static async Task<List<string>> LogOf(SimBlock body, IDurableContext context, SimStage stage)
    {
        var log = new List<string>();
        await body.RunAsync(context, log, stage);
        return log;
    }

    private static async Task<char> HasEnded<T>(IParallelBranch<T> branch)
    {
        try
        {
            await branch;
            return 'x';
        }
        catch (ChildContextException)
        {
            return '-';
        }
    }
}

/// <summary>A block with a deadline that may pass. Whether it did is recorded, and must be the same on every replay.</summary>
internal sealed record SimDeadline(string Name, SimBlock Body, int Seconds, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern => Either(Body.Pattern, Line($"late:{Name}"));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var due = context.TimeProvider.GetUtcNow().AddSeconds(Seconds);
        try
        {
            var inner = await Await(
                context.WithDeadlineAsync(
                    due,
                    async (timed, _) =>
                    {
                        var log = new List<string>();
                        await Body.RunAsync(timed, log, stage);
                        return new SimChildResult([.. log], "");
                    },
                    Name, new DeadlineConfig { Key = KeyIf(Keyed, Name) }),
                Configured);
            log.AddRange(inner.Log);
        }
        catch (DeadlineExceededException error) when (error.Message.Contains($"'{Name}'", StringComparison.Ordinal))
        {
            log.Add($"late:{Name}");
            await context.StepAsync((_, _) => Task.FromResult(0), $"late-{Name}");
        }
    }
}
