using System.Net;
using System.Text;
using Perdure.Server.Invocation;
using Perdure.Server.Invocation.Process;

namespace Perdure.Server.Tests.Invocation;

/// <summary>The Runtime API as a worker in any language sees it.</summary>
public sealed class RuntimeApiTests : IAsyncLifetime
{
    private const string Arn = "arn:aws:lambda:local:000000000000:function:orders:$LATEST/durable-execution/name/id";

    private readonly HttpClient _worker = new() { Timeout = TimeSpan.FromSeconds(30) };
    private RuntimeApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await RuntimeApi.StartAsync();
        _worker.BaseAddress = new Uri($"http://{_api.Address}/2018-06-01/runtime/");
    }

    [Fact]
    public async Task A_worker_gets_an_invocation_and_answers_it()
    {
        var answer = Deliver("one");

        using var next = await _worker.GetAsync("invocation/next", TestContext.Current.CancellationToken);
        Assert.Equal("\"in\"", await next.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("one", next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single());
        Assert.Equal("60000", next.Headers.GetValues("Lambda-Runtime-Deadline-Ms").Single());
        Assert.Equal("arn:aws:lambda:local:000000000000:function:orders:$LATEST", next.Headers.GetValues("Lambda-Runtime-Invoked-Function-Arn").Single());
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("invocation/one/response", "\"out\""));

        Assert.Equal("\"out\"", Encoding.UTF8.GetString(Assert.IsType<RemoteAnswer.Returned>(await answer).Body.Span));
    }

    [Fact]
    public async Task An_error_of_the_function_is_told_as_it_wrote_it()
    {
        var answer = Deliver("one");
        using var next = await _worker.GetAsync("invocation/next", TestContext.Current.CancellationToken);

        await PostAsync("invocation/one/error", """{"errorType":"OutOfStock","errorMessage":"none left","trace":["a","b"]}""");

        var error = Assert.IsType<RemoteAnswer.Threw>(await answer).Error;
        Assert.Equal(("OutOfStock", "none left", 2), (error.ErrorType, error.ErrorMessage, error.StackTrace?.Count));
    }

    [Fact]
    public async Task An_answer_to_another_invocation_is_refused_and_ends_nothing()
    {
        var answer = Deliver("two");
        using var next = await _worker.GetAsync("invocation/next", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("invocation/one/response", "1"));
        Assert.False(answer.IsCompleted);
    }

    [Fact]
    public async Task A_worker_that_asks_again_without_having_answered_has_lost_its_invocation()
    {
        var first = Deliver("one");
        using var next = await _worker.GetAsync("invocation/next", TestContext.Current.CancellationToken);

        var again = _worker.GetAsync("invocation/next", TestContext.Current.CancellationToken);
        Assert.Equal("Runtime.ExitError", Assert.IsType<RemoteAnswer.Threw>(await first).Error.ErrorType);

        _ = Deliver("two");
        using var second = await again;
        Assert.Equal("two", second.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single());
    }

    private Task<RemoteAnswer> Deliver(string requestId) =>
        _api.DeliverAsync(new RemoteInvocation(requestId, Arn, "\"in\""u8.ToArray(), "Root=1", null), DateTimeOffset.FromUnixTimeSeconds(60));

    private async Task<HttpStatusCode> PostAsync(string path, string body)
    {
        using var content = new StringContent(body);
        using var response = await _worker.PostAsync(path, content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _worker.Dispose();
        await _api.DisposeAsync();
    }
}
