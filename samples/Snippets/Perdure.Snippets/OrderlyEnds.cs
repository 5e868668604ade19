namespace Perdure.Snippets;

/// <summary>Work that ends before it is done: at a deadline, or because somebody asks for it.</summary>
public static class OrderlyEnds
{
    /// <summary>A question that must be answered within two weeks, whatever it takes to ask it.</summary>
    public static async Task<string> ReviewAsync(IDurableContext context, IMailer mailer)
    {
        // <snippet deadline>
        var due = context.TimeProvider.GetUtcNow().AddDays(14);
        try
        {
            return await context.WithDeadlineAsync(
                due,
                async (timed, _) =>
                {
                    await timed.WaitAsync(TimeSpan.FromDays(1), "cool-off");
                    return await timed.WaitForCallbackAsync<string>((callbackId, _, token) => mailer.AskAsync("physician", callbackId, token), "signature");
                },
                "review");
        }
        catch (DeadlineExceededException error)
        {
            return $"expired on {error.Deadline:yyyy-MM-dd}";
        }
        // </snippet deadline>
    }

    /// <summary>Asks an execution to end.</summary>
    public static async Task<string> WithdrawAsync(IPerdureClient client, string arn)
    {
        // <snippet cancel>
        var asked = await client.CancelAsync(arn, "withdrawn by the provider");
        return asked ? "it is told, and ends in its own time" : "it is over, or somebody else has asked before";
        // </snippet cancel>
    }

    /// <summary>Something that has to be said at the end, also of a cancelled case.</summary>
    public static async Task<string> WaitForAnswerAsync(IDurableContext context, IMailer mailer, Func<string, CancellationToken, Task> tellAsync)
    {
        // <snippet cancel-cleanup>
        return await context.RunSagaAsync(
            async (saga, _) =>
            {
                saga.Cleanup("tell", (_, token) => tellAsync("The case is closed.", token));
                return await saga.WaitForCallbackAsync<string>((callbackId, _, token) => mailer.AskAsync("payer", callbackId, token), "answer");
            },
            "case");
        // </snippet cancel-cleanup>
    }

    /// <summary>A function that makes a result of its cancellation.</summary>
    public static async Task<string> OrNothingAsync(IDurableContext context, IMailer mailer)
    {
        // <snippet cancel-catch>
        try
        {
            return await context.WaitForCallbackAsync<string>((callbackId, _, token) => mailer.AskAsync("payer", callbackId, token), "answer");
        }
        catch (ExecutionCancelledException)
        {
            return "withdrawn"; // ends Succeeded with this; `throw` would end it Stopped
        }
        // </snippet cancel-catch>
    }
}
