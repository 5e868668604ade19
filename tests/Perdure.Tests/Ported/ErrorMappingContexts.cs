// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Parts of a booking, each with an error of the business.</summary>
public sealed class ErrorMappingContexts(World world)
{
    public sealed class BookingException(string message) : Exception(message);

    public async Task<string> Workflow(string trip, IDurableContext context)
    {
        try
        {
            var flight = await BookAsync(context, "flight", trip);
            var hotel = await BookAsync(context, "hotel", trip);
            return $"{flight} + {hotel}";
        }
        catch (BookingException error)
        {
            return error.Message;
        }
    }

    private async Task<string> BookAsync(IDurableContext context, string what, string trip) => await context.RunInChildContextAsync(
        async (child, _) =>
        {
            var offer = await child.StepAsync(async (_, ct) => await world.CallAsync($"search {what} {trip}", ct), "search", new StepConfig { RetryStrategy = RetryStrategy.None });
            await child.WaitAsync(TimeSpan.FromMinutes(1), "hold");
            return await child.StepAsync(async (_, ct) => await world.CallAsync($"book {offer}", ct), "book", new StepConfig { RetryStrategy = RetryStrategy.None });
        },
        $"book-{what}",
        new ChildContextConfig { SubType = "Booking", ErrorMapping = error => new BookingException($"no {what}: {error.Message}") });
}
