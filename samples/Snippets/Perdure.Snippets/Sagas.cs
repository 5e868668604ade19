namespace Perdure.Snippets;

/// <summary>Books and cancels parts of a trip.</summary>
public interface ITravel
{
    /// <summary>Books once per key.</summary>
    Task<string> BookAsync(string what, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Cancels a booking; one that does not exist any more is fine.</summary>
    Task CancelAsync(string booking, CancellationToken cancellationToken);

    /// <summary>The booking that was made with a key; null when there is none.</summary>
    Task<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken);
}

/// <summary>Effects that are undone when not all of them happen.</summary>
public static class Sagas
{
    /// <summary>A room and a flight, or neither.</summary>
    public static async Task<string> BookAsync(IDurableContext context, ITravel travel)
    {
        try
        {
            // <snippet saga>
            return await context.RunSagaAsync(
                async (saga, _) =>
                {
                    var room = await saga.StepAsync(
                        (step, token) => travel.BookAsync("room", step.IdempotencyKey, token),
                        (room, _, token) => UndoAsync(travel, room, token),
                        "room");
                    var flight = await saga.StepAsync(
                        (step, token) => travel.BookAsync("flight", step.IdempotencyKey, token),
                        (flight, _, token) => UndoAsync(travel, flight, token),
                        "flight",
                        new StepConfig { RetryStrategy = RetryStrategy.None });
                    return $"{room}, {flight}";
                },
                "trip");
            // </snippet saga>
        }
        catch (ChildContextException error)
        {
            return $"no trip: {error.ErrorType}";
        }
    }

    // <snippet saga-outcome>
    private static async Task UndoAsync(ITravel travel, SagaOutcome<string> booked, CancellationToken token)
    {
        var booking = booked.IsKnown ? booked.Result : await travel.FindAsync(booked.IdempotencyKey, token);
        if (booking is not null) await travel.CancelAsync(booking, token);
    }
    // </snippet saga-outcome>

    /// <summary>What is undone and cleaned up without being the effect of one step.</summary>
    public static async Task<string> MoveAsync(
        IDurableContext context, Func<string, CancellationToken, Task> closeAsync, Func<string, CancellationToken, Task> reopenAsync, Func<CancellationToken, Task> tellAsync)
    {
        try
        {
            await context.RunSagaAsync(
                async (saga, _) =>
                {
                    // <snippet saga-parts>
                    saga.Cleanup("tell", (_, token) => tellAsync(token)); // at the end, whatever becomes of the rest
                    saga.Compensate("reopen", (_, token) => reopenAsync("old", token)); // from here on
                    await saga.StepAsync((_, token) => closeAsync("old", token), "close");
                    // </snippet saga-parts>
                    await saga.WaitAsync(TimeSpan.FromDays(30), "grace");
                    return true;
                },
                "move");
            return "moved";
        }
        catch (SagaCompensationException error)
        {
            return $"somebody must look: {string.Join(", ", error.Failures.Select(failure => failure.Name))}";
        }
    }
}
