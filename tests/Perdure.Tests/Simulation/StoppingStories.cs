namespace Perdure.Tests.Simulation;

/// <summary>A story of the crash matrix.</summary>
internal sealed record CrashStory(Func<IDurableContext, SimWorld, Task<string>> RunAsync)
{
    /// <summary>When the outside world cancels it, by what is on record; null for never.</summary>
    public Func<IReadOnlyList<Operation>, bool>? CancelWhen { get; init; }

    public ExecutionStatus Status { get; init; } = ExecutionStatus.Succeeded;

    /// <summary>Whether bodies run side by side, so that the order of their events is not the story's.</summary>
    public bool SideBySide { get; init; }
}

/// <summary>Stories of sagas, deadlines and cancellations. Times lie hours apart: what a crash costs must not decide what comes first.</summary>
internal static class StoppingStories
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly StepConfig EveryHour = new() { RetryStrategy = RetryStrategy.FromDelegate(static (_, _) => RetryDecision.RetryAfter(TimeSpan.FromHours(1))) };

    private static readonly StepConfig Once = new() { RetryStrategy = RetryStrategy.None };

    public static IReadOnlyDictionary<string, CrashStory> All { get; } = new Dictionary<string, CrashStory>
    {
        ["saga that succeeds"] = new(async (context, world) => await Saga(context, async saga =>
        {
            saga.Cleanup("release", (_, _) => Task.CompletedTask);
            return await Do(saga, world, "a") + await Do(saga, world, "b") + await Step(saga, world, "c");
        }) + await Step(context, world, "after")),
        ["saga that fails after two effects"] = new(async (context, world) => await Tell(context, world, () => Saga(context, async saga =>
        {
            saga.Cleanup("release", (_, _) => Task.CompletedTask);
            await Do(saga, world, "a");
            saga.Compensate("mark", (_, _) => Task.CompletedTask);
            await Do(saga, world, "b");
            throw new TimeoutException("no");
        }))),
        ["saga whose action fails"] = new(async (context, world) => await Tell(context, world, () => Saga(context, async saga =>
            await Do(saga, world, "a") + await Do(saga, world, "b", failures: 9, config: Once)))),
        ["saga whose compensation fails"] = new(async (context, world) => await Tell(context, world, () => Saga(context, async saga =>
        {
            await Do(saga, world, "a");
            await Do(saga, world, "b" + SagaInvariant.Unfixable);
            await Do(saga, world, "c", slips: 2);
            throw new TimeoutException("no");
        }))),
        ["saga whose effects are side by side"] = new(async (context, world) => await Tell(context, world, () => Saga(context, async saga =>
        {
            await Task.WhenAll(Do(saga, world, "a", failures: 1), Do(saga, world, "b", failures: 9, config: Once), Do(saga, world, "c"));
            return "";
        }, inTurn: false))) { SideBySide = true },
        ["saga with a large result"] = new(async (context, world) => (await Saga(context, async saga =>
            await Do(saga, world, "a") + new string('x', 300_000))).Length + await Step(context, world, "after") + await Pause(context)),
        ["saga in a saga"] = new(async (context, world) => await Tell(context, world, () => Saga(context, async outer =>
        {
            await Do(outer, world, "a");
            await Saga(outer, async inner => await Do(inner, world, "b"), "inner");
            await Do(outer, world, "c");
            throw new TimeoutException("no");
        }))),
        ["deadline that is met"] = new(async (context, world) => await Timed(context, 9, async block =>
        {
            await block.WaitAsync(2 * Hour, "work");
            return await Step(block, world, "a");
        }) + await Pause(context) + await Step(context, world, "after")),
        ["deadline that passes"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, async block =>
        {
            await block.WaitAsync(9 * Hour, "work");
            return await Step(block, world, "late");
        }))),
        ["deadline at the instant of another timer"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, async block =>
        {
            await block.WaitAsync(2 * Hour, "work");
            return await Step(block, world, "late");
        }))),
        ["deadline with a large result"] = new(async (context, world) => (await Timed(context, 9, async block =>
        {
            await block.WaitAsync(2 * Hour, "work");
            return await Step(block, world, "a") + new string('x', 300_000);
        })).Length + await Step(context, world, "after") + await Pause(context)),
        ["deadline in a large context"] = new(async (context, world) => (await context.RunInChildContextAsync(
            async (child, _) => await Tell(child, world, () => Timed(child, 2, async block =>
            {
                await block.WaitAsync(9 * Hour, "work");
                return "";
            })) + new string('x', 300_000), "child")).Length + await Step(context, world, "end") + await Pause(context)),
        ["deadline during a callback and a call"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, async block =>
        {
            var answer = block.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "ask!timeout");
            await block.InvokeAsync<string, string>("echo", "hi", "call");
            return await answer;
        }))),
        ["inner deadline"] = new(async (context, world) => await Timed(context, 9, async outer => await Tell(outer, world, () => Timed(outer, 2, async inner =>
        {
            await inner.WaitAsync(20 * Hour, "work");
            return "";
        }, "inner")) + await Step(outer, world, "later"))),
        ["outer deadline"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, outer => Timed(outer, 9, async inner =>
        {
            await inner.WaitAsync(20 * Hour, "work");
            return "";
        }, "inner")))),
        ["two deadlines at once"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, outer => Timed(outer, 2, async inner =>
        {
            await inner.WaitAsync(20 * Hour, "work");
            return "";
        }, "inner")))),
        ["deadlines of map items"] = new(async (context, world) =>
        {
            var result = await context.MapAsync<int, string>(
                [1, 2, 3],
                (item, number, _, _, _) => Timed(item, 2 * number, async block =>
                {
                    await block.WaitAsync(3 * Hour, "work");
                    return await Step(block, world, $"item{number}");
                }),
                "items", new MapConfig<int> { CompletionConfig = CompletionConfig.AllCompleted() });
            await Pause(context);
            return string.Join(" ", result.All.Select(item => item.Result ?? ErrorTypeOrName(item.Error!)));
        })
        { SideBySide = true },
        ["saga stopped by a deadline in a wait"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, block => Saga(block, async saga =>
        {
            await Do(saga, world, "a");
            await saga.WaitAsync(9 * Hour, "work");
            return "";
        })))),
        ["saga stopped by a deadline in a retry"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 3, block => Saga(block, async saga =>
            await Do(saga, world, "a") + await Do(saga, world, "b", failures: 99, config: new StepConfig { RetryStrategy = EveryHour.RetryStrategy }))))),
        ["saga stopped by a deadline in a compensation"] = new(async (context, world) => await Tell(context, world, () => Timed(context, 2, block => Saga(block, async saga =>
        {
            await Do(saga, world, "a");
            await Do(saga, world, "b", slips: 5, undo: EveryHour);
            throw new TimeoutException("no");
        })))),
        ["cancelled wait"] = new(async (context, world) =>
        {
            await Step(context, world, "a");
            await context.WaitAsync(9 * Hour, "pause");
            return await Step(context, world, "never");
        })
        { CancelWhen = Open("pause"), Status = ExecutionStatus.Stopped },
        ["cancellation that is caught"] = new(async (context, world) =>
        {
            var answer = await context.CreateCallbackAsync<string>("callback!timeout");
            var call = context.InvokeAsync<string, string>("echo", "hi", "call");
            try
            {
                await context.WaitAsync(9 * Hour, "pause");
                return "";
            }
            catch (ExecutionCancelledException)
            {
                return $"caught {answer.GetResultAsync().IsFaulted} {await call}";
            }
        })
        { CancelWhen = Open("pause") },
        ["cancelled call"] = new(async (context, world) => await Step(context, world, "a") + await context.InvokeAsync<string, string>("echo", "slow", "call"))
        { CancelWhen = Open("call"), Status = ExecutionStatus.Stopped },
        ["cancelled saga"] = new((context, world) => Saga(context, async saga =>
        {
            saga.Cleanup("release", (_, _) => Task.CompletedTask);
            await Do(saga, world, "a");
            await Do(saga, world, "b", slips: 1, undo: EveryHour);
            await saga.WaitAsync(9 * Hour, "pause");
            return "";
        }))
        { CancelWhen = Open("pause"), Status = ExecutionStatus.Stopped },
        ["cancelled between two attempts of a saga's action"] = new((context, world) => Saga(context, async saga =>
            await Do(saga, world, "a") + await Do(saga, world, "b", failures: 99, config: new StepConfig { RetryStrategy = EveryHour.RetryStrategy })))
        { CancelWhen = Open("do-b"), Status = ExecutionStatus.Stopped },
        ["cancelled while a saga compensates"] = new((context, world) => Tell(context, world, () => Saga(context, async saga =>
        {
            await Do(saga, world, "a");
            await Do(saga, world, "b", slips: 2, undo: EveryHour);
            throw new TimeoutException("no");
        })))
        { CancelWhen = Open("do-b:compensate"), Status = ExecutionStatus.Stopped },
        ["cancelled sagas of a map"] = new(async (context, world) =>
        {
            await context.MapAsync<string, string>(
                ["x", "y", "z"],
                (item, name, _, _, _) => Saga(item, async saga =>
                {
                    await Do(saga, world, name);
                    await saga.WaitAsync(9 * Hour, "pause");
                    return "";
                }),
                "items", new MapConfig<string> { MaxConcurrency = 2 });
            return "";
        })
        { CancelWhen = operations => operations.Count(operation => operation.Name == "pause") == 2, Status = ExecutionStatus.Stopped, SideBySide = true },
        ["cancelled deadline"] = new((context, world) => Timed(context, 9, block => Timed(block, 5, inner => Saga(inner, async saga =>
        {
            await Do(saga, world, "a");
            await saga.WaitAsync(20 * Hour, "pause");
            return "";
        }), "inner")))
        { CancelWhen = Open("pause"), Status = ExecutionStatus.Stopped },
    };

    /// <summary>When an operation of that name is open.</summary>
    private static Func<IReadOnlyList<Operation>, bool> Open(string name) => operations => operations.Any(operation =>
        operation.Name == name && operation.Status is OperationStatus.Started or OperationStatus.Pending);

    private static Task<string> Timed(IDurableContext context, int hours, Func<IDurableContext, Task<string>> body, string name = "rule") =>
        context.WithDeadlineAsync(context.TimeProvider.GetUtcNow() + (hours * Hour), (block, _) => body(block), name);

    private static Task<string> Saga(IDurableContext context, Func<ISagaContext, Task<string>> body, string name = "saga", bool inTurn = true) =>
        context.RunSagaAsync((saga, _) => body(saga), name + (inTurn ? SagaInvariant.InTurn : ""));

    private static Task<string> Step(IDurableContext context, SimWorld world, string name) =>
        context.StepAsync((step, _) => { world.Stage.Note(name, step.AttemptNumber, atMostOnce: false); return Task.FromResult(name); }, name);

    private static async Task<string> Pause(IDurableContext context)
    {
        await context.WaitAsync(Hour, "replayed");
        return "";
    }

    /// <summary>What a block failed with, followed by a step and a replay.</summary>
    private static async Task<string> Tell(IDurableContext context, SimWorld world, Func<Task<string>> block)
    {
        string told;
        try
        {
            told = await block();
        }
        catch (DurableOperationException error) when (error is not ExecutionCancelledException)
        {
            told = $"{ErrorTypeOrName(error)}: {error.Message}";
        }

        return told + await Step(context, world, "after") + await Pause(context);
    }

    private static string ErrorTypeOrName(DurableExecutionException error) => (error as DurableOperationException)?.ErrorType ?? error.GetType().Name;

    private static Task<string> Do(
        ISagaContext saga, SimWorld world, string name, int failures = 0, int slips = 0, StepConfig? config = null, StepConfig? undo = null)
    {
        var key = SagaInvariant.KeyOf(saga);
        return saga.StepAsync(
            (step, _) =>
            {
                world.Stage.Note(name, step.AttemptNumber, atMostOnce: false);
                world.Stage.Ledger.Did(key, step.IdempotencyKey);
                return step.AttemptNumber <= failures ? throw new TimeoutException("busy") : Task.FromResult(name);
            },
            (outcome, step, _) =>
            {
                if (name.EndsWith(SagaInvariant.Unfixable, StringComparison.Ordinal) || step.AttemptNumber <= slips) throw new TimeoutException("busy");
                world.Stage.Ledger.Undid(key, outcome.IdempotencyKey);
                return Task.CompletedTask;
            },
            SagaInvariant.Action + name,
            config ?? EveryHour,
            name.EndsWith(SagaInvariant.Unfixable, StringComparison.Ordinal) ? Once : undo ?? EveryHour);
    }
}
