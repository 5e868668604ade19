// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Another function does a part of the work.</summary>
public sealed class ChainedInvoke(World world)
{
    public sealed record Payment(string Order, decimal Amount);

    public async Task<string> Workflow(Payment payment, IDurableContext context)
    {
        try
        {
            var receipt = await context.InvokeAsync<Payment, string>("process-payment", payment, "payment", new InvokeConfig { TenantId = "shop-1" });
            return $"paid: {receipt}";
        }
        catch (InvokeFailedException error)
        {
            return $"{error.FunctionName} failed: {error.Message}";
        }
    }

    public async Task<string> ProcessPayment(Payment payment, IDurableContext context)
    {
        await context.WaitAsync(TimeSpan.FromMinutes(5), "settle");
        return await context.StepAsync(
            async (_, ct) => await world.CallAsync($"charge {payment.Amount}", ct), "charge", new StepConfig { RetryStrategy = RetryStrategy.None });
    }
}
