namespace Perdure.Tests.Simulation;

/// <summary>What a body does in its first attempt instead of its work, when its attempts have a timeout.</summary>
internal enum SimHang
{
    No,

    /// <summary>Waits for its token.</summary>
    Listens,

    /// <summary>Never ends.</summary>
    Deaf,
}

/// <param name="Limit">How many interruptions it bears; null for any number.</param>
internal sealed record SimStep(string Name, int Failures, bool AtMostOnce, bool GivesUp, bool Configured, bool Keyed, int? Limit, SimHang Hang) : SimNode
{
    public static IRetryStrategy Patient { get; } = RetryStrategy.FromDelegate(static (_, attempt) =>
        attempt < 60 ? RetryDecision.RetryAfter(TimeSpan.FromSeconds(1 + (attempt % 3))) : RetryDecision.DoNotRetry());

    private bool Fails => GivesUp && !AtMostOnce;

    // At most once, an interruption is an attempt that failed, and the limit is not asked.
    private bool MayBeInterrupted => Limit < 1000 && !AtMostOnce;

    public override string Pattern
    {
        get
        {
            var end = Line(Fails ? $"failed:{Name}" : Name);
            return MayBeInterrupted ? Either(end, Line($"interrupted:{Name}")) : end;
        }
    }

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var config = new StepConfig
        {
            RetryStrategy = Fails ? RetryStrategy.None : Patient,
            Semantics = AtMostOnce ? StepSemantics.AtMostOncePerRetry : StepSemantics.AtLeastOncePerRetry,
            MaxInterruptions = Limit,
            Timeout = Hang == SimHang.No ? null : TimeSpan.FromSeconds(30),
            Key = KeyIf(Keyed, Name),
        };
        try
        {
            log.Add(await Await(context.StepAsync((step, token) => BodyAsync(step, stage, token), Name, config), Configured));
        }
        catch (StepInterruptedException) when (MayBeInterrupted)
        {
            log.Add($"interrupted:{Name}");
        }
        catch (StepException)
        {
            log.Add($"failed:{Name}");
        }
    }

    private async Task<string> BodyAsync(IStepContext step, SimStage stage, CancellationToken token)
    {
        stage.Note($"{Name} {step.OperationId}", step.AttemptNumber, AtMostOnce);
        await stage.PauseAsync();

        // On real threads nobody moves the clock while a body runs.
        if (Hang != SimHang.No && step.AttemptNumber == 1 && stage.World is not null)
        {
            var end = new TaskCompletionSource();
            using var listening = Hang == SimHang.Listens ? token.Register(() => end.TrySetCanceled(token)) : default;
            await end.Task;
        }

        if (Fails || step.AttemptNumber <= Failures) throw new InvalidOperationException($"{Name} fails");
        return Name;
    }
}

internal sealed record SimWait(int Seconds, bool Configured) : SimNode
{
    public override string Pattern => "";

    public override Task RunAsync(IDurableContext context, List<string> log, SimStage stage) => Await(context.WaitAsync(TimeSpan.FromSeconds(Seconds)), Configured);
}

internal sealed record SimCallback(string Name, SimStep Between, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern => Between.Pattern + Line(SimAsk.Answer(Name));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var callback = await Await(context.CreateCallbackAsync<string>(Name, new CallbackConfig { Timeout = SimAsk.Timeout(Name), Key = KeyIf(Keyed, Name) }), Configured);
        await Between.RunAsync(context, log, stage);
        await SimAsk.LogAsync(Name, () => Await(callback.GetResultAsync(), Configured), log);
    }
}

internal sealed record SimAsk(string Name, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern => Line(Answer(Name));

    public override Task RunAsync(IDurableContext context, List<string> log, SimStage stage) => LogAsync(
        Name,
        () => Await(
            context.WaitForCallbackAsync<string>(
                static (_, _, _) => Task.CompletedTask, Name, new WaitForCallbackConfig { Timeout = Timeout(Name), Key = KeyIf(Keyed, Name) }),
            Configured),
        log);

    public static string Answer(string name) =>
        name.EndsWith("!fail", StringComparison.Ordinal) ? $"{name}=refused" : name.EndsWith("!timeout", StringComparison.Ordinal) ? $"{name}=late" : $"{name}=yes";

    public static TimeSpan Timeout(string name) => name.EndsWith("!timeout", StringComparison.Ordinal) ? TimeSpan.FromSeconds(45) : TimeSpan.Zero;

    public static async Task LogAsync(string name, Func<Task<string>> answer, List<string> log)
    {
        try
        {
            log.Add($"{name}={await answer()}");
        }
        catch (CallbackFailedException)
        {
            log.Add($"{name}=refused");
        }
        catch (CallbackTimeoutException)
        {
            log.Add($"{name}=late");
        }
    }
}

internal sealed record SimCondition(string Name, int Checks, bool Configured, bool Keyed) : SimNode
{
    public override string Pattern => Line($"{Name}={Checks}");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        var state = await Await(
            context.WaitForConditionAsync<int>(
                static (state, _, _) => Task.FromResult(state + 1),
                new() { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromSeconds(7), isDone: state => state == Checks), Key = KeyIf(Keyed, Name) },
                Name),
            Configured);
        log.Add($"{Name}={state}");
    }
}

/// <summary>A call of another function: it runs once, whatever crashes.</summary>
internal sealed record SimInvoke(string Name, bool Configured, bool Keyed) : SimNode
{
    private bool Fails => Name.EndsWith("!fail", StringComparison.Ordinal);

    public override string Pattern => Line(Fails ? $"{Name}:TimeoutException" : $"<{Name}>");

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        try
        {
            log.Add(await Await(context.InvokeAsync<string, string>("echo", Name, Name, new InvokeConfig { Key = KeyIf(Keyed, Name) }), Configured));
        }
        catch (InvokeFailedException error)
        {
            log.Add($"{Name}:{error.ErrorType?.Split('.')[^1]}");
        }
    }
}

/// <summary>Asks about a change again and again: the code is the new one, so the answer is yes, whatever crashes in between.</summary>
internal sealed record SimPatch(string Name, int Times) : SimNode
{
    public override string Pattern => string.Concat(Enumerable.Repeat(Line(Name), Times));

    public override async Task RunAsync(IDurableContext context, List<string> log, SimStage stage)
    {
        for (var i = 0; i < Times; i++)
        {
            var answer = context.Patched(Name);
            log.Add(answer ? Name : $"{Name} is old");
            await context.StepAsync((_, _) => Task.FromResult(0), $"{Name}-{(answer ? "new" : "old")}");
        }
    }
}
