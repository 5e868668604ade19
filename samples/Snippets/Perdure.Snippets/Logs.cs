using Microsoft.Extensions.Logging;

namespace Perdure.Snippets;

/// <summary>Lines that are written once.</summary>
public static class Logs
{
    /// <summary>The function's lines and a body's lines.</summary>
    public static async Task<string> PayAsync(IDurableContext context, IBank bank, Expense expense)
    {
        // <snippet logging>
        context.Logger.LogInformation("Paying {Employee}", expense.Employee); // once, however often the code replays

        return await context.StepAsync(
            async (step, token) =>
            {
                step.Logger.LogInformation("Asking the bank"); // once per run of the body
                return await bank.PayAsync(expense, step.IdempotencyKey, token);
            },
            "pay");
        // </snippet logging>
    }

    /// <summary>Lines that go elsewhere.</summary>
    public static void Configure(IDurableContext context, ILogger audit)
    {
        // <snippet logger-config>
        context.ConfigureLogger(new LoggerConfig { CustomLogger = audit });
        // </snippet logger-config>
    }
}
