using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Perdure.Engine.Invocation;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>Starts an execution; waits for its end, or does not, or only looks whether it could be started.</summary>
internal sealed class Invoke : FunctionOperation
{
    private const int MostBytesAsynchronously = 1_048_576;

    private const string Synchronous = "RequestResponse";
    private const string Asynchronous = "Event";
    private const string Dry = "DryRun";

    public override string Method => "POST";

    public override ApiPath Path { get; } = new($"/2015-03-31/functions/{{{Label}}}/invocations");

    public override ApiRights Right => ApiRights.Invoke;

    public override int MaxBodyBytes => int.MaxValue;

    public override IReadOnlyList<ApiParameter> Parameters { get; } =
    [
        new("Qualifier", "query"), new("X-Amz-Invocation-Type", "header"), new("X-Amz-Log-Type", "header"),
        new("X-Amz-Durable-Execution-Name", "header"), new("X-Amz-Tenant-Id", "header"),
    ];

    protected override async Task<ApiResult> RunAsync(ApiRequest request, FunctionAddress function)
    {
        var type = request.Header("X-Amz-Invocation-Type") ?? Synchronous;
        var name = request.Header("X-Amz-Durable-Execution-Name");
        var tenant = request.Header("X-Amz-Tenant-Id");
        Validate(request, type, name, tenant);
        var definition = Resolve(function, request.Engine, type);
        var payload = ReadPayload(request.Body, type == Asynchronous ? MostBytesAsynchronously : request.Engine.Rules.MaxResultBytes);
        if (type == Dry) return new ApiResult(StatusCodes.Status204NoContent);

        // Before the start: a caller who cannot wait must not find that it has begun.
        if (type == Synchronous) request.Place.ReserveWaiting();
        var arn = await request.Engine.Client.StartAsync($"{definition.Name}:{definition.Version}", payload, new StartOptions { ExecutionName = name, TenantId = tenant }, request.Aborted)
            .ConfigureAwait(false);
        request.ForgetBody();
        var answer = type == Asynchronous
            ? new ApiResult(StatusCodes.Status202Accepted)
            : await WaitAsync(request, arn).ConfigureAwait(false);
        return answer with
        {
            Headers = [.. answer.Headers, ("X-Amz-Durable-Execution-Arn", arn), ("X-Amz-Executed-Version", ArnParts.Version(arn)!)], // every ARN has one
        };
    }

    private static void Validate(ApiRequest request, string type, string? name, string? tenant)
    {
        var constraints = new Constraints();
        constraints.OneOf(type, "invocationType", [Asynchronous, Synchronous, Dry]);
        constraints.OneOf(request.Header("X-Amz-Log-Type"), "logType", ["None", "Tail"]);
        constraints.Text(name, "durableExecutionName", PerdureLimits.MaxExecutionName, Patterns.Name);
        constraints.Text(tenant, "tenantId", 256, Patterns.TenantId);
        constraints.Require();
    }

    private static FunctionDefinition Resolve(FunctionAddress function, ApiEngine engine, string type)
    {
        var definition = function.Find(engine);
        if (definition.IsDurable && function.Qualifier is null)
            throw new ApiException(ApiErrors.InvalidParameterValue, "You cannot invoke a durable function using an unqualified ARN.");
        if (type == Synchronous && definition.ExecutionTimeoutSeconds > PerdureLimits.MaxInvocationSeconds)
            throw new ApiException(ApiErrors.InvalidParameterValue, "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.");
        return definition;
    }

    /// <summary>The payload as text: it is recorded as it came, byte for byte.</summary>
    private static string ReadPayload(ReadOnlyMemory<byte> body, int most)
    {
        if (body.Length > most) throw new ApiException(ApiErrors.RequestTooLarge, $"Request must be smaller than {most} bytes for the InvokeFunction operation");
        if (body.IsEmpty) return "{}";
        try
        {
            var json = new Utf8JsonReader(body.Span);
            while (json.Read())
            {
                // Every token is looked at: half a document is none.
            }

            return StrictText.Text(body.Span);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new ApiException(ApiErrors.InvalidRequestContent, $"Could not parse request body into json: {error.Message}", error);
        }
    }

    private static async Task<ApiResult> WaitAsync(ApiRequest request, string arn)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, request.Stopping);
        try
        {
            var result = await request.Engine.Client.WaitForResultAsync<string?>(arn, end.Token).ConfigureAwait(false);
            return new ApiResult(StatusCodes.Status200OK, result is null ? default : StrictText.Bytes(result), "application/json");
        }
        catch (ExecutionFailedException failed)
        {
            return ApiResult.Json(StatusCodes.Status200OK, json => WriteFailure(json, failed)) with { Headers = [("X-Amz-Function-Error", "Unhandled")] };
        }
        catch (OperationCanceledException) when (request.Stopping.IsCancellationRequested && !request.Aborted.IsCancellationRequested)
        {
            return ApiResult.Of(ApiErrors.TryLater($"The server is stopping; {arn} goes on. Read its end, or invoke again with the same name to wait for it."));
        }
    }

    private static void WriteFailure(Utf8JsonWriter json, ExecutionFailedException failed)
    {
        json.WriteString("errorMessage", failed.Error?.ErrorMessage ?? failed.Message);
        json.WriteString("errorType", failed.Error?.ErrorType ?? failed.Status.ToString());
        if (failed.Error?.StackTrace is not { } frames) return;
        json.WriteStartArray("stackTrace");
        foreach (var frame in frames) json.WriteStringValue(frame);
        json.WriteEndArray();
    }
}
