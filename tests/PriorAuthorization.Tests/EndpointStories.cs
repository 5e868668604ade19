using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PriorAuthorization.Tests;

/// <summary>A model behind an OpenAI-compatible address: here one of our own, on the loopback.</summary>
public class EndpointStories
{
    [Fact]
    public async Task A_configured_endpoint_is_asked_in_its_own_protocol()
    {
        await using var provider = await Provider.StartAsync(static _ => Results.Json(new
        {
            id = "1",
            @object = "chat.completion",
            created = 1,
            model = "tiny",
            choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = "{\"summary\":\"Short.\"}" } } },
            usage = new { prompt_tokens = 11, completion_tokens = 4, total_tokens = 15 },
        }));
        using var client = provider.Endpoint.CreateClient(TimeProvider.System);

        var response = await client.GetResponseAsync([new(ChatRole.System, "You are the summary agent."), new(ChatRole.User, "E1 Pain")], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("{\"summary\":\"Short.\"}", response.Text);
        Assert.Equal(15, response.Usage!.TotalTokenCount);
        var request = Assert.Single(provider.Requests);
        Assert.Equal("tiny", request.RootElement.GetProperty("model").GetString());
        Assert.Equal(2, request.RootElement.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_behind_the_steps_back()
    {
        await using var provider = await Provider.StartAsync(static _ => Results.StatusCode(429));
        using var client = provider.Endpoint.CreateClient(TimeProvider.System);

        await Assert.ThrowsAnyAsync<Exception>(() => client.GetResponseAsync("Hello", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData("localhost:11434", "llama", "MODEL_ENDPOINT is 'localhost:11434'")]
    [InlineData("ftp://127.0.0.1", "llama", "MODEL_ENDPOINT is 'ftp://127.0.0.1'")]
    [InlineData("http://127.0.0.1:11434/v1", null, "MODEL_NAME is not")]
    public void A_configuration_that_cannot_work_is_refused_at_the_start(string endpoint, string? model, string says)
    {
        var error = Assert.Throws<ArgumentException>(() => ModelEndpoint.FromEnvironment(name => name switch
        {
            "MODEL_ENDPOINT" => endpoint,
            "MODEL_NAME" => model,
            _ => null,
        }));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_configuration_the_scripted_model_is_asked() =>
        Assert.Null(ModelEndpoint.FromEnvironment(static _ => null).Address);

    private sealed class Provider(WebApplication app, List<JsonDocument> requests) : IAsyncDisposable
    {
        public IReadOnlyList<JsonDocument> Requests => requests;

        public ModelEndpoint Endpoint => new(new Uri(app.Urls.First() + "/v1"), "tiny", "key");

        public static async Task<Provider> StartAsync(Func<HttpContext, IResult> answer)
        {
            List<JsonDocument> requests = [];
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            builder.Services.AddRouting();
            var app = builder.Build();
            app.MapPost("/v1/chat/completions", async (HttpContext http) =>
            {
                requests.Add(await JsonDocument.ParseAsync(http.Request.Body));
                return answer(http);
            });
            await app.StartAsync();
            return new Provider(app, requests);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
