using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Perdure.Conformance.Handlers.Step;

/// <summary>Steps whose process ends in the middle of them.</summary>
internal static class InterruptedSteps
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .AddCrashing<string, string>("1-17", (input, context) => context.StepAsync(
            (step, _) =>
            {
                step.Logger.LogInformation("{Input}", input);
                return EndProcess();
            },
            "at_most_once_flaky_step",
            StepConfig.AtMostOnce()))
        .AddCrashing<string, string>("1-18", (input, context) => context.StepAsync(
            (step, _) =>
            {
                step.Logger.LogInformation("{Input}", input);
                return step.AttemptNumber == 1 ? EndProcess() : Task.FromResult("succeeded on second attempt");
            },
            config: new StepConfig
            {
                Semantics = StepSemantics.AtMostOncePerRetry,
                RetryStrategy = RetryStrategy.Exponential(initialDelay: TimeSpan.FromSeconds(1), jitter: JitterStrategy.None),
            }));

    /// <summary>As <c>process.exit</c> does.</summary>
    public static Task<string> EndProcess()
    {
        Environment.Exit(1);
        throw new UnreachableException();
    }
}
