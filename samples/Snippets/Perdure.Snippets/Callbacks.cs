namespace Perdure.Snippets;

/// <summary>Questions to the outside world, and their answers.</summary>
public static class Callbacks
{
    /// <summary>Everything that can come of a question.</summary>
    public static async Task<string> AskAsync(IDurableContext context, IMailer mailer)
    {
        // <snippet callback-outcomes>
        try
        {
            return await context.WaitForCallbackAsync<string>(
                (callbackId, _, token) => mailer.AskAsync("notary", callbackId, token),
                "signature",
                new() { Timeout = TimeSpan.FromDays(3), HeartbeatTimeout = TimeSpan.FromHours(6), RetryStrategy = RetryStrategy.Transient }); // of the mail
        }
        catch (CallbackFailedException refused)
        {
            return $"refused: {refused.ErrorType}";
        }
        catch (CallbackTimeoutException late)
        {
            return $"late: {late.ErrorType}"; // Callback.Timeout or Callback.Heartbeat
        }
        catch (CallbackSubmitterException unsent)
        {
            return $"never asked: {unsent.Message}";
        }
        // </snippet callback-outcomes>
    }
}
