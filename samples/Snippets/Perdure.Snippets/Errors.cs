namespace Perdure.Snippets;

// <snippet durable-error>
[DurableError("card-declined")] // what the record says, whatever the class is called later
public sealed class CardDeclinedException(string message) : Exception(message);
// </snippet durable-error>

/// <summary>Telling failures apart.</summary>
public static class Errors
{
    /// <summary>One failure is expected, the others are not.</summary>
    public static async Task<string> ChargeAsync(IDurableContext context, Func<CancellationToken, Task<string>> chargeAsync)
    {
        // <snippet is-error>
        try
        {
            return await context.StepAsync((_, token) => chargeAsync(token), "charge", new StepConfig { RetryStrategy = RetryStrategy.None });
        }
        catch (StepException error) when (error.IsError<CardDeclinedException>())
        {
            return $"declined: {error.Message}";
        }
        // </snippet is-error>
    }
}
