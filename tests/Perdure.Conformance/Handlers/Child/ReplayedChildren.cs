using Microsoft.Extensions.Logging;
using Perdure.Conformance.Handlers.Step;

namespace Perdure.Conformance.Handlers.Child;

/// <summary>Child contexts across invocations: skipped, gone on with, or run again over what is recorded.</summary>
internal static class ReplayedChildren
{
    private const int MoreThanIsStored = 300_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly LoggerConfig AlsoOnReplay = new() { ModeAware = false };

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("3-9", async (input, context) =>
        {
            var cached = await context.RunInChildContextAsync((child, _) => child.EchoAsync(input));
            await context.WaitAsync(Second);
            return cached;
        })
        .Add<string, string>("3-10", (input, context) => StepAndWaitAsync(context, input))
        .Add<string, int>("3-11", async (input, context) =>
        {
            var large = await context.RunInChildContextAsync(
                async (child, _) =>
                {
                    child.ConfigureLogger(AlsoOnReplay);
                    child.Logger.LogInformation("{Input}", input);
                    return await child.EchoAsync("x") + new string('x', MoreThanIsStored);
                },
                "large");
            await context.WaitAsync(Second);
            return large.Length;
        })

        // With a limit to its interruptions the step's start is on the record before its body runs.
        .AddCrashing<string, string>("3-12", (input, context) => context.RunInChildContextAsync((child, _) => child.StepAsync(
            (step, _) => step.InterruptionCount == 0 ? InterruptedSteps.EndProcess() : Task.FromResult(input),
            config: new StepConfig { MaxInterruptions = 1 })))
        .Add<string, string>("3-13", async (input, context) =>
        {
            var waited = await context.RunInChildContextAsync(
                async (child, _) =>
                {
                    await child.WaitAsync(Second);
                    return input;
                },
                "waiting");
            return await context.EchoAsync(waited);
        })
        .Add<string, string>("3-17", async (input, context) =>
        {
            var returned = await context.RunInChildContextAsync(
                (child, _) =>
                {
                    child.ConfigureLogger(AlsoOnReplay);
                    child.Logger.LogInformation("{Input}", input);
                    return Task.FromResult(input);
                },
                "logging");
            await context.WaitAsync(Second);
            return returned;
        })
        .Add<string, string>("3-18", async (input, context) =>
        {
            var inner = await StepAndWaitAsync(context, input);
            var outer = await context.EchoAsync(inner);
            await context.WaitAsync(Second);
            return outer;
        });

    private static Task<string> StepAndWaitAsync(IDurableContext context, string input) => context.RunInChildContextAsync(
        async (child, _) =>
        {
            var echoed = await child.EchoAsync(input);
            await child.WaitAsync(Second);
            return echoed;
        },
        "step-and-wait");
}
