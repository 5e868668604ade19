namespace Perdure.Snippets;

/// <summary>The application's own error.</summary>
public sealed class PaymentException(string message) : Exception(message);

/// <summary>Groups with an error of their own.</summary>
public static class ChildContexts
{
    /// <summary>The caller sees the application's error.</summary>
    public static async Task<string> PayAsync(IDurableContext context, Func<CancellationToken, Task<string>> chargeAsync)
    {
        // <snippet error-mapping>
        try
        {
            return await context.RunInChildContextAsync(
                (child, _) => child.StepAsync((_, token) => chargeAsync(token), "charge", new StepConfig { RetryStrategy = RetryStrategy.None }),
                "payment",
                new ChildContextConfig { ErrorMapping = error => new PaymentException(((ChildContextException)error).ErrorType ?? error.Message) });
        }
        catch (PaymentException error)
        {
            return $"not paid: {error.Message}";
        }
        // </snippet error-mapping>
    }
}
