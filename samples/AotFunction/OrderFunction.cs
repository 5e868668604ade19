using Perdure;

namespace AotFunction;

/// <summary>One of everything that an AOT-compiled function can do.</summary>
[DurableFunction("order", ExecutionTimeoutSeconds = 3600)]
internal sealed class OrderFunction(IPerdureClient client, Ledger ledger) : IDurableFunction<Order, Receipt>
{
    public async Task<Receipt> RunAsync(Order order, IDurableContext context)
    {
        var number = await context.StepAsync((_, _) =>
        {
            ledger.Write($"accepted {order.Number}");
            return Task.FromResult(order.Number);
        }, "accept");

        // Long enough to be killed in: nothing is in memory meanwhile.
        await context.WaitAsync(TimeSpan.FromSeconds(2), "cool-down");

        var reserved = await context.MapAsync(
            order.Items,
            static (item, name, index, _, _) => item.StepAsync((_, _) => Task.FromResult(new Reservation(name, index)), "reserve"),
            "reserve-all");
        var offers = await context.ParallelAsync<decimal>(
            [static (_, _) => Task.FromResult(19.90m), static (_, _) => Task.FromResult(17.50m)], "offers");
        var price = await context.InvokeAsync<Quote, decimal>("price", new Quote(order.Items[0], order.Items.Length), "price");
        var isConfirmed = await context.WaitForCallbackAsync<bool>(
            (callbackId, _, token) => client.SendCallbackSuccessAsync(callbackId, true, token), "confirm");
        var polling = await context.WaitForConditionAsync<Polling>(
            static (state, _, _) => Task.FromResult(new Polling(state.Polls + 1)),
            new() { InitialState = new Polling(0), WaitStrategy = WaitStrategy.Fixed<Polling>(TimeSpan.FromSeconds(1), isDone: state => state.Polls == 2) },
            "packed");
        try
        {
            await context.StepAsync<string>(
                static (_, _) => throw new SoldOutException("gift wrap"), "wrap", new StepConfig { RetryStrategy = RetryStrategy.None });
        }
        catch (StepException error) when (error.IsError<SoldOutException>())
        {
            return new Receipt(number, [.. reserved.GetResults()], price + offers.GetResults().Min() + polling.Polls, isConfirmed);
        }

        throw new InvalidOperationException("The gift wrap was not sold out.");
    }
}

/// <summary>What happened outside, told by a file: a recorded step leaves its line once, however often the process is killed.</summary>
internal sealed class Ledger(string path)
{
    public void Write(string line) => File.AppendAllText(path, line + "\n");
}
