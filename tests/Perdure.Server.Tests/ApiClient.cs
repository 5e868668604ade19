using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Perdure.Server.Tests;

/// <summary>HTTP as an SDK or curl would send it: paths exactly as they are written.</summary>
internal sealed class ApiClient(Uri address) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { Timeout = Longest };

    public Uri Address => address;

    public async Task<ApiReply> SendAsync(
        string method, string pathAndQuery, string? body = null, IEnumerable<(string Name, string Value)>? headers = null, CancellationToken cancellationToken = default) =>
        await SendAsync(method, pathAndQuery, body is null ? null : Encoding.UTF8.GetBytes(body), headers, cancellationToken);

    public async Task<ApiReply> SendAsync(
        string method, string pathAndQuery, byte[]? body, IEnumerable<(string Name, string Value)>? headers = null, CancellationToken cancellationToken = default)
    {
        var uri = new Uri($"http://{address.Authority}{pathAndQuery}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers ?? []) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request, cancellationToken);
        return new ApiReply(
            (int)response.StatusCode,
            await response.Content.ReadAsByteArrayAsync(cancellationToken),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<ApiReply> InvokeAsync(
        string function, string? payload, string? qualifier = "$LATEST", string? name = null, string? type = null, string? tenant = null, CancellationToken cancellationToken = default)
    {
        List<(string, string)> headers = [];
        if (type is not null) headers.Add(("X-Amz-Invocation-Type", type));
        if (name is not null) headers.Add(("X-Amz-Durable-Execution-Name", name));
        if (tenant is not null) headers.Add(("X-Amz-Tenant-Id", tenant));
        var query = qualifier is null ? "" : $"?Qualifier={Uri.EscapeDataString(qualifier)}";
        return SendAsync("POST", $"/2015-03-31/functions/{Uri.EscapeDataString(function)}/invocations{query}", payload, headers, cancellationToken);
    }

    public Task<ApiReply> CheckpointAsync(
        string arn, string token, string updates = "[]", string? clientToken = null, IEnumerable<(string, string)>? headers = null) => SendAsync(
            "POST", Execution(arn, "/checkpoint"),
            $$"""{"CheckpointToken":"{{token}}","Updates":{{updates}}{{(clientToken is null ? "" : $",\"ClientToken\":\"{clientToken}\"")}}}""",
            headers);

    public Task<ApiReply> StateAsync(string arn, string token, string query = "") =>
        SendAsync("GET", Execution(arn, $"/state?CheckpointToken={Uri.EscapeDataString(token)}{query}"));

    public Task<ApiReply> GetAsync(string arn, string query = "") => SendAsync("GET", Execution(arn, query));

    public Task<ApiReply> HistoryAsync(string arn, string query = "") => SendAsync("GET", Execution(arn, $"/history{query}"));

    public Task<ApiReply> ListAsync(string function, string query = "") => SendAsync("GET", $"/2025-12-01/functions/{function}/durable-executions{query}");

    public Task<ApiReply> CallbackAsync(string callbackId, string verb, string? body = null) =>
        SendAsync("POST", $"/2025-12-01/durable-execution-callbacks/{Uri.EscapeDataString(callbackId)}/{verb}", body);

    public static string Execution(string arn, string rest = "") => $"/2025-12-01/durable-executions/{Uri.EscapeDataString(arn)}{rest}";

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer.</summary>
internal sealed record ApiReply(int Status, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => field.ValueKind == JsonValueKind.Undefined ? field = JsonElement.Parse(Bytes) : field;

    public string Arn => Headers["X-Amz-Durable-Execution-Arn"];

    public string Token => Json.GetProperty("CheckpointToken").GetString()!;

    public string? NextMarker => Json.TryGetProperty(nameof(NextMarker), out var marker) ? marker.GetString() : null;

    public IReadOnlyList<JsonElement> List(string name) => [.. Json.GetProperty(name).EnumerateArray()];

    public IReadOnlyList<JsonElement> NewOperations => [.. Json.GetProperty("NewExecutionState").GetProperty("Operations").EnumerateArray()];

    /// <summary>That it is this error, in the shape that every AWS SDK takes.</summary>
    public ApiReply Is(int status, string type, string? message = null)
    {
        Assert.True(status == Status, $"{Status}, not {status}: {Text}");
        Assert.Equal(type, Headers["x-amzn-errortype"]);
        Assert.Equal(type, Json.GetProperty("__type").GetString());
        Assert.Equal(Json.GetProperty("message").GetString(), Json.GetProperty("Message").GetString());
        if (message is not null) Assert.Equal(message, Json.GetProperty("message").GetString());
        return this;
    }

    public ApiReply Is(int status)
    {
        Assert.True(status == Status, $"{Status}, not {status}: {Text}");
        return this;
    }
}
