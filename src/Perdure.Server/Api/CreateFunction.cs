using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Invocation;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Registers a function with its durable configuration, for as long as this process runs. How it is reached, its invoker reads from the rest.</summary>
internal sealed class CreateFunction : ApiOperation
{
    public override string Method => "POST";

    public override ApiPath Path { get; } = new("/2015-03-31/functions");

    public override ApiRights Right => ApiRights.Configure;

    public override int MaxBodyBytes => 1024 * 1024;

    public override int SuccessStatus => StatusCodes.Status201Created;

    public override async Task<ApiResult> RunAsync(ApiRequest request)
    {
        var body = JsonBody.Parse(request.Body);
        var constraints = new Constraints();
        constraints.NotNull(body.Text("FunctionName"), "functionName");
        constraints.OneOf(body.Object("TenancyConfig").Text("TenantIsolationMode"), "tenancyConfig.tenantIsolationMode", ["PER_TENANT"]);
        constraints.Range(body.Number("Timeout"), "timeout", 1, PerdureLimits.MaxInvocationSeconds);
        constraints.Require();
        var name = FunctionAddress.Parse(body.Text("FunctionName")!, qualifier: null).Name; // required above
        request.Caller.Require(Right, name);
        var function = Define(body, name, InvokerOf(request, body, name));
        var served = ServedFunction.Of(function);
        if (body.Flag("Publish") == true) served = served.Publish().Function;
        if (!await request.Engine.TryServeAsync(served).ConfigureAwait(false))
            throw new ApiException(ApiErrors.ResourceConflict, $"Function already exist: {name}");
        return ApiResult.Json(SuccessStatus, json => FunctionJson.Write(json, function, withVersion: false, request.Engine.Rules.DefaultRetention));
    }

    private static FunctionDefinition Define(JsonBody body, string name, IFunctionInvoker invoker)
    {
        // Whether it is durable is decided once, here; how long an invocation of a plain one may take is its whole timeout.
        var durable = DurableConfigBody.Read(body);
        var timeout = durable is null ? body.Number("Timeout") ?? PerdureLimits.MaxInvocationSeconds : PerdureLimits.MaxDurationSeconds;
        var function = new FunctionDefinition(name, FunctionDefinition.Latest, timeout, invoker)
        {
            IsDurable = durable is not null,
            HasTenants = body.Object("TenancyConfig").Has("TenantIsolationMode"),
        };
        return durable?.On(function) ?? function;
    }

    private static IFunctionInvoker InvokerOf(ApiRequest request, JsonBody body, string name) =>
        request.Http.RequestServices.GetServices<IInvokerFactory>().Select(factory => factory.TryCreate(name, body.Element)).FirstOrDefault(static invoker => invoker is not null)
        ?? throw new ApiException(ApiErrors.InvalidParameterValue, "This server has no way to reach a function with such a Code, Handler and Runtime.");
}
