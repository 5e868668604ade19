using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Perdure.Conformance.Handlers;
using Perdure.Protocol;

namespace Perdure.Conformance.Service;

/// <summary>The API of AWS Lambda durable functions over HTTP, asked as an SDK of AWS asks it. Functions that end their process run in one of their own.</summary>
internal sealed class HttpService : IServiceUnderTest
{
    private const string Asynchronous = "Event";

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan }; // whoever calls says how long
    private readonly FunctionCatalogue _functions;
    private readonly FunctionHosts _hosts;

    private HttpService(FunctionCatalogue functions, FunctionHosts hosts)
    {
        _functions = functions;
        _hosts = hosts;
    }

    public static async Task<HttpService> StartAsync(FunctionCatalogue functions, RunLog log) =>
        new(functions, await FunctionHosts.StartAsync(functions, log));

    public Task<string> StartAsync(string function, string payload, CancellationToken cancellationToken) =>
        InvokeAsync(function, payload, Asynchronous, HttpStatusCode.Accepted, cancellationToken);

    // However it ended, the status is 200: the requirement says how it has to.
    public Task<string> InvokeAsync(string function, string payload, CancellationToken cancellationToken) => _functions.EndsProcess(function)
        ? _hosts.RunInProcessesAsync(function, payload, cancellationToken)
        : InvokeAsync(function, payload, "RequestResponse", HttpStatusCode.OK, cancellationToken);

    private async Task<string> InvokeAsync(string function, string payload, string type, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Uri(_hosts.Here, $"2015-03-31/functions/{Label(function)}/invocations?Qualifier=%24LATEST"));
        request.Headers.Add("X-Amz-Invocation-Type", type);
        request.Content = Bytes(payload, MediaTypeNames.Application.Octet);
        using var response = await SendAsync(request, expected, cancellationToken);
        return response.Headers.GetValues("X-Amz-Durable-Execution-Arn").Single();
    }

    /// <remarks>The first pages are small, so that most histories have several, and the rest is as large as the service makes it.</remarks>
    public async Task<IReadOnlyList<JsonElement>> GetHistoryAsync(string executionArn, CancellationToken cancellationToken)
    {
        List<JsonElement> events = [];
        string? marker = null;
        for (var page = 1; page == 1 || marker is { Length: > 0 }; page++)
        {
            var query = "/history?IncludeExecutionData=true" + (page <= 2 ? "&MaxItems=2" : "") + (marker is null ? "" : $"&Marker={Label(marker)}");
            var answer = await GetAsync(executionArn, query, cancellationToken);
            events.AddRange(answer.GetProperty("Events").EnumerateArray());
            marker = answer.TryGetProperty("NextMarker", out var next) ? next.GetString() : null;
        }

        return events;
    }

    public async Task<ExecutionEnd> GetEndAsync(string executionArn, CancellationToken cancellationToken)
    {
        var execution = await GetAsync(executionArn, "", cancellationToken);
        return new ExecutionEnd(execution.GetProperty("Status").GetString() ?? "", execution.TryGetProperty("Result", out var result) ? result.GetString() : null);
    }

    public Task SendCallbackSuccessAsync(string callbackId, string? body, CancellationToken cancellationToken) =>
        AnswerAsync(callbackId, "succeed", body is null ? null : Bytes(body, MediaTypeNames.Application.Octet), cancellationToken);

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject error, CancellationToken cancellationToken) =>
        AnswerAsync(callbackId, "fail", Bytes(JsonSerializer.Serialize(error, ServiceJson.Default.ErrorObject), MediaTypeNames.Application.Json), cancellationToken);

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken) =>
        AnswerAsync(callbackId, "heartbeat", body: null, cancellationToken);

    public async Task StopAsync(string executionArn, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Execution(executionArn, "/stop"));
        using var response = await SendAsync(request, HttpStatusCode.OK, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hosts.DisposeAsync();
    }

    private async Task AnswerAsync(string callbackId, string verb, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Uri(_hosts.Here, $"2025-12-01/durable-execution-callbacks/{Label(callbackId)}/{verb}")) { Content = body };
        using var response = await SendAsync(request, HttpStatusCode.OK, cancellationToken);
    }

    private async Task<JsonElement> GetAsync(string executionArn, string rest, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Execution(executionArn, rest));
        using var response = await SendAsync(request, HttpStatusCode.OK, cancellationToken);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode == expected) return response;
        using (response)
        {
            throw new HttpRequestException(
                $"{request.Method} {request.RequestUri?.PathAndQuery} is answered {(int)response.StatusCode} instead of {(int)expected}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private Uri Execution(string executionArn, string rest) => Uri(_hosts.Of(executionArn), $"2025-12-01/durable-executions/{Label(executionArn)}{rest}");

    private static Uri Uri(FunctionHost host, string pathAndQuery) => new(host.Address, pathAndQuery);

    /// <summary>As SDKs of AWS write a label: colons, slashes and dollar signs of an ARN are escaped.</summary>
    private static string Label(string value) => System.Uri.EscapeDataString(value);

    private static ByteArrayContent Bytes(string text, string type) => new(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
}
