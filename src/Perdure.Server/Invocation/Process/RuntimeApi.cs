using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Perdure.Server.Invocation.Process;

/// <summary>The Lambda Runtime API for one worker, on a port of its own: a runtime is told a host and a port, and that tells the workers apart.</summary>
/// <remarks>
/// A worker has at most one invocation. It asks for the next one, answers it, and asks again; one that asks without having answered has
/// lost its invocation.
/// </remarks>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private const string Root = "/2018-06-01/runtime/";
    private const int MostErrorBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _delivered = new(0);
    private WebApplication _app = null!; // made with each one, before anybody has it
    private Assignment? _current;

    private RuntimeApi()
    {
    }

    /// <summary>Host and port, as a runtime is told.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    /// <summary>Done when the worker has asked for an invocation for the first time.</summary>
    public Task Asked => _asked.Task;

    /// <summary>What the worker said went wrong before it could ask; null when it has not said so.</summary>
    public ErrorObject? InitError { get; private set; }

    /// <summary>The execution whose invocation the worker has; null when it has none.</summary>
    public string? ExecutionArn
    {
        get
        {
            lock (_gate) return _current?.Invocation.ExecutionArn;
        }
    }

    public static async Task<RuntimeApi> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RemoteInvoker.MostAnswerBytes;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var api = new RuntimeApi { _app = builder.Build() };
        api._app.Run(api.HandleAsync);
        await api._app.StartAsync().ConfigureAwait(false);
        return api;
    }

    /// <summary>Gives the worker an invocation as soon as it asks, and waits for its answer.</summary>
    /// <param name="invocation">The invocation.</param>
    /// <param name="deadline">What the worker is told; whoever calls keeps it.</param>
    public Task<RemoteAnswer> DeliverAsync(RemoteInvocation invocation, DateTimeOffset deadline)
    {
        var assignment = new Assignment(invocation, deadline);
        lock (_gate) _current = assignment;
        _delivered.Release();
        return assignment.Answer.Task;
    }

    /// <summary>Ends the invocation that the worker has, if it has one.</summary>
    /// <param name="answer">By whether it has reached the worker, and its request id.</param>
    public void End(Func<bool, string, RemoteAnswer> answer)
    {
        if (Take(null) is { } ended) ended.Answer.TrySetResult(answer(ended.HasBegun, ended.Invocation.RequestId));
    }

    private Assignment? Take(string? requestId)
    {
        lock (_gate)
        {
            if (_current is not { } current || (requestId is not null && current.Invocation.RequestId != requestId)) return null;
            _current = null;
            return current;
        }
    }

    private Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (!path.StartsWith(Root, StringComparison.Ordinal)) return RefuseAsync(http, StatusCodes.Status404NotFound, "NotFound", $"There is no {path} in the Runtime API.");
        return (http.Request.Method, path[Root.Length..].Split('/')) switch
        {
            ("GET", ["invocation", "next"]) => NextAsync(http),
            ("POST", ["invocation", var id, "response"]) => ResponseAsync(http, id),
            ("POST", ["invocation", var id, "error"]) => ErrorAsync(http, id),
            ("POST", ["init", "error"]) => InitErrorAsync(http),
            _ => RefuseAsync(http, StatusCodes.Status404NotFound, "NotFound", $"There is no {http.Request.Method} {path} in the Runtime API."),
        };
    }

    private async Task NextAsync(HttpContext http)
    {
        _asked.TrySetResult();
        EndUnanswered();
        Assignment given;
        do
        {
            await _delivered.WaitAsync(http.RequestAborted).ConfigureAwait(false);
        }
        while (!TryBegin(out given));

        var (invocation, headers) = (given.Invocation, http.Response.Headers);
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = given.Deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = invocation.FunctionArn;
        headers["Lambda-Runtime-Trace-Id"] = invocation.TraceId;
        if (invocation.TenantId is { } tenant) headers["Lambda-Runtime-Aws-Tenant-Id"] = tenant;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = invocation.Payload.Length;
        await http.Response.Body.WriteAsync(invocation.Payload, http.RequestAborted).ConfigureAwait(false);
    }

    private void EndUnanswered()
    {
        lock (_gate)
        {
            if (_current is not { HasBegun: true }) return;
        }

        End(static (_, id) => new RemoteAnswer.Threw(WorkerErrors.Exit(id, "the runtime asked for another invocation without having answered this one")));
    }

    private bool TryBegin(out Assignment given)
    {
        lock (_gate)
        {
            given = _current!; // nothing is done with it when there is none
            return given?.TryBegin() == true;
        }
    }

    private async Task ResponseAsync(HttpContext http, string id)
    {
        var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var tooLarge = new ErrorObject
            {
                ErrorType = "Function.ResponseSizeTooLarge",
                ErrorMessage = $"Response payload size exceeded maximum allowed payload size ({RemoteInvoker.MostAnswerBytes} bytes).",
            };
            Take(id)?.Answer.TrySetResult(new RemoteAnswer.Threw(tooLarge));
            await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, "RequestEntityTooLarge", tooLarge.ErrorMessage).ConfigureAwait(false);
            return;
        }

        await AnswerAsync(http, id, new RemoteAnswer.Returned(body.GetBuffer().AsMemory(0, (int)body.Length))).ConfigureAwait(false);
    }

    private async Task ErrorAsync(HttpContext http, string id) =>
        await AnswerAsync(http, id, new RemoteAnswer.Threw(await ReadErrorAsync(http).ConfigureAwait(false))).ConfigureAwait(false);

    private async Task InitErrorAsync(HttpContext http)
    {
        InitError = await ReadErrorAsync(http).ConfigureAwait(false);
        await AcceptAsync(http).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext http, string id, RemoteAnswer answer)
    {
        if (Take(id) is not { } assignment)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "InvalidRequestID", $"'{id}' is not the invocation that this worker has.").ConfigureAwait(false);
            return;
        }

        assignment.Answer.TrySetResult(answer); // first: that it was taken need not reach a worker which is gone
        await AcceptAsync(http).ConfigureAwait(false);
    }

    private static async Task<ErrorObject> ReadErrorAsync(HttpContext http)
    {
        var type = http.Request.Headers["Lambda-Runtime-Function-Error-Type"].ToString();
        var bytes = new byte[MostErrorBytes];
        var length = await http.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, http.RequestAborted).ConfigureAwait(false);
        return FunctionErrorJson.Read(bytes.AsSpan(0, length), type.Length > 0 ? type : "Runtime.UnknownReason");
    }

    private static Task AcceptAsync(HttpContext http) => WriteAsync(http, StatusCodes.Status202Accepted, static json => json.WriteString("status", "OK"));

    private static Task RefuseAsync(HttpContext http, int status, string type, string message) => WriteAsync(http, status, json =>
    {
        json.WriteString("errorType", type);
        json.WriteString("errorMessage", message);
    });

    private static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> members)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(http.Response.BodyWriter);
        await using var _ = json.ConfigureAwait(false);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    }

    public async ValueTask DisposeAsync()
    {
        // At once: the worker waits for its next invocation, and is not told another way.
        await _app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Assignment(RemoteInvocation invocation, DateTimeOffset deadline)
    {
        public RemoteInvocation Invocation => invocation;

        public DateTimeOffset Deadline => deadline;

        public TaskCompletionSource<RemoteAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasBegun { get; private set; }

        public bool TryBegin() => !HasBegun && (HasBegun = true);
    }
}
