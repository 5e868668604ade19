using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Answers a callback: the body is the result, verbatim; no body is no result.</summary>
internal sealed class SendDurableExecutionCallbackSuccess : CallbackOperation
{
    public override ApiPath Path { get; } = new($"/2025-12-01/durable-execution-callbacks/{{{Label}}}/succeed");

    public override int MaxBodyBytes => int.MaxValue;

    protected override Task AnswerAsync(ApiRequest request, string callbackId) => request.Body.IsEmpty
        ? request.Engine.Callbacks.SucceedAsync(callbackId)
        : request.Engine.Callbacks.SucceedAsync(callbackId, StrictText.Text(request.Body.Span), request.Aborted);
}
