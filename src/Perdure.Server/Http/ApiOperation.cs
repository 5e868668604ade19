using Perdure.Engine.Executions;
using Perdure.Server.Api;
using Perdure.Storage;

namespace Perdure.Server.Http;

/// <summary>One operation of the API. It translates between HTTP and the engine; rules are the engine's.</summary>
internal abstract class ApiOperation
{
    public string Name => GetType().Name;

    public abstract string Method { get; }

    public abstract ApiPath Path { get; }

    /// <summary>What a caller needs to be allowed.</summary>
    public abstract ApiRights Right { get; }

    /// <summary>What a request carries besides path and body.</summary>
    public virtual IReadOnlyList<ApiParameter> Parameters => [];

    public virtual int SuccessStatus => 200;

    /// <summary>The largest body that a request of this operation can need; the server's own limit may be less.</summary>
    public virtual int MaxBodyBytes => 64 * 1024;

    /// <summary>Answers a request. Whatever it throws, <see cref="ApiErrors"/> says what that is called.</summary>
    public abstract Task<ApiResult> RunAsync(ApiRequest request);
}

/// <param name="Name">As it is spelled.</param>
/// <param name="In">Where: <c>query</c> or <c>header</c>.</param>
/// <param name="Type">A JSON type.</param>
internal sealed record ApiParameter(string Name, string In, string Type = "string")
{
    public static ApiParameter[] Paging { get; } = [new("Marker", "query"), new("MaxItems", "query", "integer")];
}

/// <summary>An operation on one execution. The caller is authorised on the function that the ARN names, before anything is looked up.</summary>
internal abstract class ExecutionOperation : ApiOperation
{
    protected const string Label = "DurableExecutionArn";

    public sealed override Task<ApiResult> RunAsync(ApiRequest request)
    {
        var arn = ExecutionName.Parse(request.Labels[Label]);
        request.Caller.Require(Right, arn.Function);
        return RunAsync(request, arn);
    }

    protected abstract Task<ApiResult> RunAsync(ApiRequest request, ExecutionName arn);

    /// <summary>The execution of exactly this ARN: an id under another name is none.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    protected static async Task<ExecutionRow> FindAsync(ApiRequest request, ExecutionName arn)
    {
        if (!ExecutionArn.TryParse(arn.Text, out var key)) throw Unknown();
        var row = await request.Engine.Store.FindAsync(key.Value, request.Aborted).ConfigureAwait(false);
        return row is { Identity: { IsHidden: false } identity } && ExecutionArn.Of(identity) == arn.Text ? row : throw Unknown();
    }

    protected static ApiException Unknown() => new(ApiErrors.ResourceNotFound, "Durable Execution does not exist");
}

/// <summary>An operation on one function. The caller is authorised on its name, before anything is looked up.</summary>
internal abstract class FunctionOperation : ApiOperation
{
    protected const string Label = "FunctionName";

    /// <summary>Whether the query may say which version is meant.</summary>
    protected virtual bool TakesQualifier => true;

    public sealed override Task<ApiResult> RunAsync(ApiRequest request)
    {
        var function = FunctionAddress.Parse(request.Labels[Label], TakesQualifier ? request.Query.Text("Qualifier") : null);
        request.Caller.Require(Right, function.Name);
        return RunAsync(request, function);
    }

    protected abstract Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function);
}

/// <summary>An operation on one callback. The caller is authorised on the function of the execution that waits for it.</summary>
internal abstract class CallbackOperation : ApiOperation
{
    protected const string Label = "CallbackId";

    public sealed override string Method => "POST";

    public sealed override ApiRights Right => ApiRights.Callback;

    public sealed override async Task<ApiResult> RunAsync(ApiRequest request)
    {
        var callbackId = request.Labels[Label];
        var constraints = new Constraints();
        constraints.Text(callbackId, "callbackId", 1024, Patterns.Base64);
        constraints.Require();
        if (!request.Engine.IsCallbackId(callbackId)) throw new ApiException(ApiErrors.InvalidParameterValue, "Invalid callback id");

        // The id is genuine, so whoever sends it was given it: that there is no such execution any more is no secret.
        var owner = await request.Engine.FindOwnerAsync(callbackId, request.Aborted).ConfigureAwait(false) ?? throw new CallbackClosedException();
        request.Caller.Require(Right, owner.Identity.Function);
        await AnswerAsync(request, callbackId).ConfigureAwait(false);
        return ApiResult.Empty;
    }

    protected abstract Task AnswerAsync(ApiRequest request, string callbackId);
}
