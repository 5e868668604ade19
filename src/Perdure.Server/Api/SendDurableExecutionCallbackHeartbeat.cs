using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Says that a callback's answer is still being worked on.</summary>
internal sealed class SendDurableExecutionCallbackHeartbeat : CallbackOperation
{
    public override ApiPath Path { get; } = new($"/2025-12-01/durable-execution-callbacks/{{{Label}}}/heartbeat");

    protected override Task AnswerAsync(ApiRequest request, string callbackId) => request.Engine.Callbacks.BeatAsync(callbackId, request.Aborted);
}
