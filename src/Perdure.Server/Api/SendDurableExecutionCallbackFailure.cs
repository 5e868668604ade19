using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Reports a failure to a callback.</summary>
internal sealed class SendDurableExecutionCallbackFailure : CallbackOperation
{
    public override ApiPath Path { get; } = new($"/2025-12-01/durable-execution-callbacks/{{{Label}}}/fail");

    public override int MaxBodyBytes => ErrorBody.MaxBytes;

    protected override Task AnswerAsync(ApiRequest request, string callbackId) =>
        request.Engine.Callbacks.FailAsync(callbackId, ErrorBody.Read(request.Body) ?? new ErrorObject());
}
