namespace Perdure.Snippets;

// <snippet approval>
[DurableFunction("expense-approval")]
public sealed class ExpenseApproval(IMailer mailer, IBank bank) : IDurableFunction<Expense, string>
{
    public async Task<string> RunAsync(Expense expense, IDurableContext context)
    {
        // Ask somebody, and wait for days without holding a process or a thread.
        var approved = await context.WaitForCallbackAsync<bool>(
            (callbackId, _, token) => mailer.AskAsync(expense.Manager, callbackId, token),
            "approval",
            new() { Timeout = TimeSpan.FromDays(14) });
        if (!approved) return "rejected";

        // Recorded once it is done: a crash after this line never pays twice.
        var payment = await context.StepAsync(
            (step, token) => bank.PayAsync(expense, step.IdempotencyKey, token), "pay");

        // Poll a slow system; nothing is in memory between two checks.
        return await context.WaitForConditionAsync<string>(
            (_, _, token) => bank.GetStatusAsync(payment, token),
            new() { InitialState = "pending", WaitStrategy = WaitStrategy.Fixed<string>(TimeSpan.FromHours(1), isDone: state => state != "pending") },
            "settled");
    }
}
// </snippet approval>

/// <summary>What an employee wants back.</summary>
public sealed record Expense(string Employee, string Manager, decimal Amount);

/// <summary>Sends questions to people.</summary>
public interface IMailer
{
    /// <summary>Sends a mail with a link that answers the callback.</summary>
    Task AskAsync(string person, string callbackId, CancellationToken cancellationToken);
}

/// <summary>Moves money.</summary>
public interface IBank
{
    /// <summary>Pays once per key, however often it is asked.</summary>
    Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Where a payment stands.</summary>
    Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken);
}
