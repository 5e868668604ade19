using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Perdure.Conformance.Handlers.Step;

/// <summary>Steps that succeed or fail at once, and what replay makes of them.</summary>
internal static class PlainSteps
{
    private static readonly StepConfig NoRetry = new() { RetryStrategy = RetryStrategy.None };

    private static readonly TextSerializer<string> UpperCaseJson = new(
        text => JsonSerializer.Serialize(text.ToUpperInvariant()), text => JsonSerializer.Deserialize<string>(text) ?? "");

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("1-1", (name, context) => context.StepAsync((_, _) => Task.FromResult(Greet(name))))
        .Add<string, string>("1-2", (name, context) => context.StepAsync((_, _) => Task.FromResult(Greet(name)), "custom_step_name"))
        .Add("1-3", async context =>
        {
            var first = await context.StepAsync((_, _) => Task.FromResult("first"));
            return await context.StepAsync((_, _) => Task.FromResult($"{first}_second"));
        })
        .Add<User, Profile>("1-4", (user, context) => context.StepAsync((_, _) => Task.FromResult(new Profile(user, user.Tags.Length))))
        .Add("1-5", context => context.StepAsync((_, _) => Task.FromResult<string?>(null)))
        .Add<string, string>("1-6", (text, context) => context.StepAsync((_, _) => Task.FromResult(text), config: new StepConfig { Serializer = UpperCaseJson }))
        .Add<string, string>("1-7", (name, context) => context.StepAsync((step, _) =>
        {
            step.Logger.LogInformation("Greeting step started for: {Name}", name);
            var greeting = Greet(name);
            step.Logger.LogInformation("Greeting step completed with: {Greeting}", greeting);
            return Task.FromResult(greeting);
        }))
        .Add("1-8", async context =>
        {
            var computed = await context.StepAsync((_, _) => Task.FromResult("computed"));
            await context.WaitAsync(TimeSpan.FromSeconds(2));
            return computed;
        })
        .Add("1-9", async context =>
        {
            var cached = await context.StepAsync((step, _) =>
            {
                step.Logger.LogInformation("step executed");
                return Task.FromResult("cached_value");
            });
            await context.WaitAsync(TimeSpan.FromSeconds(1));
            return cached;
        })
        .Add("1-10", async context =>
        {
            var caught = "";
            try
            {
                await context.StepAsync(
                    (step, _) =>
                    {
                        step.Logger.LogInformation("step executed");
                        throw new InvalidOperationException("for good");
                    },
                    config: NoRetry);
            }
            catch (StepException error)
            {
                caught = error.Message;
            }

            await context.WaitAsync(TimeSpan.FromSeconds(1));
            return caught;
        })
        .Add("1-19", context => context.StepAsync((_, _) => throw new InvalidOperationException("always"), config: NoRetry))
        .Add("1-20", async context =>
        {
            try
            {
                return await context.StepAsync<string>((_, _) => throw new InvalidOperationException("failing"), config: NoRetry);
            }
            catch (StepException)
            {
                return await context.StepAsync((_, _) => Task.FromResult("fallback_result"));
            }
        });

    private static string Greet(string name) => $"Hello, {name}!";

    internal sealed record User(string Name, string[] Tags);

    internal sealed record Profile(User User, int Count);
}
