// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Steps in a row; what was done is undone by hand when a later one fails.</summary>
public sealed class OrderProcessing(World world)
{
    public sealed record Order(string Id, decimal Amount);

    public sealed record OrderResult(string Status, string? Shipment);

    public async Task<OrderResult> Workflow(Order order, IDurableContext context)
    {
        var undo = new Stack<(string Name, string Effect)>();
        var once = new StepConfig { RetryStrategy = RetryStrategy.None };
        try
        {
            var reservation = await context.StepAsync(async (_, ct) => await world.CallAsync($"reserve {order.Id}", ct), "reserve-inventory", once);
            undo.Push(("release-inventory", $"release {reservation}"));

            var payment = await context.StepAsync(async (_, ct) => await world.CallAsync($"charge {order.Amount}", ct), "charge-payment", once);
            undo.Push(("refund-payment", $"refund {payment}"));

            var shipment = await context.StepAsync(async (_, ct) => await world.CallAsync($"ship {order.Id}", ct), "ship-order", once);
            return new OrderResult("COMPLETED", shipment);
        }
        catch (StepException error)
        {
            while (undo.TryPop(out var compensation))
                await context.StepAsync(async (_, ct) => { await world.CallAsync(compensation.Effect, ct); }, compensation.Name);
            return new OrderResult($"CANCELLED: {error.Message}", null);
        }
    }
}
