// In AWS: using Amazon.Lambda.DurableExecution;
using Perdure;

namespace Ported;

/// <summary>Long work elsewhere that shows that it is alive.</summary>
public sealed class CallbackWithHeartbeat(World world)
{
    public async Task<string> Workflow(string video, IDurableContext context)
    {
        ICallback<string> callback = await context.CreateCallbackAsync<string>(
            "transcoding", new CallbackConfig { Timeout = TimeSpan.FromHours(24), HeartbeatTimeout = TimeSpan.FromMinutes(10) });
        await context.StepAsync(async (_, ct) => { await world.AskAsync(video, callback.CallbackId, ct); }, "start-transcoding");
        try
        {
            return await callback.GetResultAsync();
        }
        catch (CallbackTimeoutException error)
        {
            return $"lost: {error.ErrorType}";
        }
    }
}
