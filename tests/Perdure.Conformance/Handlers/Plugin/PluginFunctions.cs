using Microsoft.Extensions.Logging;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>Suite 10: what interceptors are told.</summary>
internal static class PluginFunctions
{
    public const string Name = "CONFPLUGIN";

    public static void AddTo(FunctionCatalogue catalogue)
    {
        InvocationPlugins.AddTo(catalogue);
        OperationPlugins.AddTo(catalogue);
        AttemptPlugins.AddTo(catalogue);
        IsolatedPlugins.AddTo(catalogue);
        CanonicalPlugins.AddTo(catalogue);
    }

    /// <summary>One step that greets, and says so.</summary>
    public static Task<string> GreetAsync(string name, IDurableContext context) => context.StepAsync((step, _) =>
    {
        step.Logger.LogInformation("Greeting step running for: {Name}", name);
        return Task.FromResult($"Hello, {name}!");
    });

    public static Task WaitAsync(IDurableContext context) => context.WaitAsync(TimeSpan.FromSeconds(2));

    /// <summary>A step that fails at its first attempt.</summary>
    public static Task<string> FlakyAsync(this IDurableContext context, string result, string? name = null) => context.StepAsync(
        (step, _) => step.AttemptNumber == 1 ? throw new InvalidOperationException("unreliable") : Task.FromResult(result), name, TwoAttempts);

    public static StepConfig TwoAttempts { get; } = new()
    {
        RetryStrategy = RetryStrategy.Exponential(2, TimeSpan.FromSeconds(1), jitter: JitterStrategy.None),
    };

    public static StepConfig NoRetry { get; } = new() { RetryStrategy = RetryStrategy.None };
}
