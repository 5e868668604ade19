using System.Text.Json;
using Perdure.Conformance.Handlers;
using Perdure.Conformance.Service;

namespace Perdure.Tests.Conformance.Requirements;

/// <summary>What the runner learns over HTTP is what is recorded, and what is refused is not taken for an answer.</summary>
public sealed class HttpServiceTests : IAsyncDisposable
{
    private static readonly FunctionCatalogue Functions = new FunctionCatalogue()
        .Add<int, int>("steps", async (count, context) =>
        {
            for (var i = 0; i < count; i++) await context.StepAsync((_, _) => Task.FromResult(i), $"step {i}");
            return count;
        })
        .Add<string, string?>("ask", (name, context) => context.WaitForCallbackAsync<string?>((_, _, _) => Task.CompletedTask, name));

    private readonly RunLog _log = new();
    private IServiceUnderTest? _service;

    [Theory]
    [InlineData(0)] // two pages
    [InlineData(1)]
    [InlineData(60)] // more than the service makes a page of by itself
    public async Task A_history_of_many_pages_is_whole_and_in_order(int steps)
    {
        var service = await StartAsync();
        var arn = await service.InvokeAsync("steps", $"{steps}", TestContext.Current.CancellationToken);
        var history = await service.GetHistoryAsync(arn, TestContext.Current.CancellationToken);
        Assert.Equal(3 + 2 * steps, history.Count);
        Assert.Equal(Enumerable.Range(1, history.Count), history.Select(e => e.GetProperty("EventId").GetInt32()));
        Assert.Equal($"{steps}", history[^1].GetProperty("ExecutionSucceededDetails").GetProperty("Result").GetProperty("Payload").GetString());
        Assert.Equal(new ExecutionEnd("SUCCEEDED", $"{steps}"), await service.GetEndAsync(arn, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_success_without_a_body_is_no_answer_at_all()
    {
        var service = await StartAsync();
        var arn = await service.StartAsync("ask", "\"n\"", TestContext.Current.CancellationToken);
        await service.SendCallbackSuccessAsync(await CallbackIdAsync(service, arn), body: null, TestContext.Current.CancellationToken);
        var answered = await EventAsync(service, arn, "CallbackSucceeded");
        Assert.False(answered.GetProperty("CallbackSucceededDetails").GetProperty("Result").TryGetProperty("Payload", out _));
        await EventAsync(service, arn, "ExecutionSucceeded");
    }

    [Fact]
    public async Task What_is_refused_says_what_was_asked_and_answered()
    {
        var service = await StartAsync();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => service.InvokeAsync("nobody", "{}", TestContext.Current.CancellationToken));
        Assert.StartsWith("POST /2015-03-31/functions/nobody/invocations?Qualifier=%24LATEST is answered 404 instead of 200: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("ResourceNotFoundException", error.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
    }

    private async Task<IServiceUnderTest> StartAsync() => _service = await HttpService.StartAsync(Functions, _log);

    private static async Task<string> CallbackIdAsync(IServiceUnderTest service, string arn) =>
        (await EventAsync(service, arn, "CallbackStarted")).GetProperty("CallbackStartedDetails").GetProperty("CallbackId").GetString()!; // every one has an id

    /// <summary>The first event of that type, once there is one: each look is a whole request, and there is nothing else to wait for.</summary>
    private static async Task<JsonElement> EventAsync(IServiceUnderTest service, string arn, string type)
    {
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            foreach (var e in await service.GetHistoryAsync(arn, longest.Token))
            {
                if (e.GetProperty("EventType").GetString() == type) return e;
            }
        }
    }
}
