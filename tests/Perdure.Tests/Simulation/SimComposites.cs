namespace Perdure.Tests.Simulation;

/// <summary>A map in which every item runs, whatever fails: its result depends on no timing.</summary>
internal sealed record SimMap(string Name, SimBlock[] Items, int MaxConcurrency, bool Flat, bool Big) : SimNode
{
    public override IEnumerable<string> Expected() => Items.Length == 0 ? [$"{Name}:empty"] : Items.SelectMany((item, i) => item.Expected().Append($"{Name}#{i}"));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var result = await context.MapAsync(
            Items,
            async (child, item, i, _, _) =>
            {
                var inner = new List<string>();
                await item.RunAsync(child, inner, world);
                return new SimChildResult([.. inner, $"{Name}#{i}"], Big ? new string('x', 150_000) : "");
            },
            Name,
            new MapConfig<SimBlock>
            {
                MaxConcurrency = MaxConcurrency == 0 ? null : MaxConcurrency,
                CompletionConfig = CompletionConfig.AllCompleted(),
                NestingType = Flat ? NestingType.Flat : NestingType.Nested,
            });
        result.ThrowIfError();
        if (result.TotalCount == 0) log.Add($"{Name}:empty");
        foreach (var item in result.GetResults()) log.AddRange(item.Log);
    }
}

/// <summary>Steps under a combinator. Who wins depends on timing, and must be the same one on every replay.</summary>
internal sealed record SimRace(string Name, SimStep[] Steps, int Combinator) : SimNode
{
    public override IEnumerable<string> Expected() => Combinator == 0 ? Steps.Select(step => step.Name) : [$"{Name}:won"];

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var logs = Steps.Select(_ => new List<string>()).ToArray();
        Task<string>[] tasks = [.. Steps.Select((step, i) => RunOneAsync(step, context, logs[i], world))];
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

    private static async Task<string> RunOneAsync(SimStep step, IDurableContext context, List<string> log, SimWorld? world)
    {
        await step.RunAsync(context, log, world);
        return log[0];
    }
}

/// <summary>A group that fails a few times as a whole and is run again.</summary>
internal sealed record SimGroup(string Name, SimBlock Body, int Failures) : SimNode
{
    public override IEnumerable<string> Expected() => Body.Expected().Append($"{Name}@{Failures + 1}");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        var result = await context.RunWithRetryAsync(
            async (group, attempt, _) =>
            {
                var inner = new List<string>();
                await Body.RunAsync(group, inner, world);
                return attempt <= Failures ? throw new TimeoutException($"{Name} fails") : new SimChildResult([.. inner, $"{Name}@{attempt}"], "");
            },
            Name,
            RetryStrategy.Exponential(5, TimeSpan.FromSeconds(2)));
        log.AddRange(result.Log);
    }
}

/// <summary>A call of another function: it runs once, whatever crashes.</summary>
internal sealed record SimInvoke(string Name, bool Configured) : SimNode
{
    private bool Fails => Name.EndsWith("!fail", StringComparison.Ordinal);

    public override IEnumerable<string> Expected() => [Fails ? $"{Name}:TimeoutException" : $"<{Name}>"];

    public override async Task RunAsync(IDurableContext context, List<string> log, SimWorld? world)
    {
        try
        {
            log.Add(await Await(context.InvokeAsync<string, string>("echo", Name, Name), Configured));
        }
        catch (InvokeFailedException error)
        {
            log.Add($"{Name}:{error.ErrorType?.Split('.')[^1]}");
        }
    }
}
