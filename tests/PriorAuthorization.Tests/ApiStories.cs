using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>What is posted and makes no sense is refused, and the field named.</summary>
public class ApiStories
{
    [Theory]
    [InlineData("/api/cases/{id}/decision", """{"physician":"Dr. Grey","note":"Fine."}""", "approved")]
    [InlineData("/api/cases/{id}/decision", """{"approved":null,"physician":"Dr. Grey","note":"Fine."}""", "approved")]
    [InlineData("/api/cases/{id}/decision", """{"approved":true}""", "physician")]
    [InlineData("/api/cases/{id}/decision", """{"approved":true,"physician":"Dr. Grey","editedLetter":""}""", "editedLetter")]
    [InlineData("/api/cases/{id}/payer", """{"behaviour":"99"}""", "behaviour")]
    [InlineData("/api/cases/{id}/payer", """{"behaviour":"1"}""", "behaviour")]
    [InlineData("/api/cases/{id}/payer", "{}", "behaviour")]
    [InlineData("/api/cases", """{"template":"mri","urgency":"7"}""", "urgency")]
    [InlineData("/api/cases", """{"template":"mri","behaviour":"-1"}""", "behaviour")]
    [InlineData("/api/cases", "{}", "template")]
    [InlineData("/api/clock", """{"hours":0}""", "hours")]
    public async Task What_has_not_its_form_is_refused_and_nothing_happens(string path, string body, string field)
    {
        await using var api = await Api.StartAsync();
        var id = await api.Cases.OpenAsync(CaseTemplates.Find("mri")!, Urgency.Standard, PayerBehaviour.Accepts, default); // a known one
        await api.Host.SettleAsync();

        using var content = new StringContent(body, null, "application/json");
        using var response = await api.Http.PostAsync(path.Replace("{id}", id, StringComparison.Ordinal), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        var only = Assert.Single(await api.Cases.ListAsync(default));
        Assert.Equal(("physician", PayerBehaviour.Accepts), (only.Asks, only.Behaviour));
    }

    [Fact]
    public async Task What_fails_in_the_background_is_told_and_a_start_that_fails_is_left_to_the_program()
    {
        using var log = new LogDouble<object>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSampleFilters().AddProvider(log);
        builder.Services.AddHostedService<FailingOffice>();
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.WaitForShutdownAsync(TestContext.Current.CancellationToken);

        Assert.Contains(log.Lines, static line => line.Text.Contains("The office burned down.", StringComparison.Ordinal));
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.Extensions.Hosting.Internal.Host");
        Assert.False(logger.IsEnabled(LogLevel.Error));
    }

    private sealed class FailingOffice : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("The office burned down.");
        }
    }

    /// <summary>The endpoints, on a free port of the loopback.</summary>
    private sealed class Api(DurableTestHost host, WebApplication app) : IAsyncDisposable
    {
        public DurableTestHost Host => host;

        public CaseBook Cases => app.Services.GetRequiredService<CaseBook>();

        public HttpClient Http { get; } = new() { BaseAddress = new Uri(app.Urls.First()) };

        public static async Task<Api> StartAsync()
        {
            var clock = new ManualTimeProvider();
            var surroundings = new Surroundings(clock);
            var host = await surroundings.StartHostAsync(clock);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            builder.Services.AddRouting();
            surroundings.Register(builder.Services);
            builder.Services.AddSingleton(host.Client).AddSingleton(new DemoClock(new DataFolder(null))).AddSingleton<TimeLapse>().AddSingleton<CaseBook>().AddSingleton<CaseDesk>();
            var app = builder.Build();
            app.MapCaseApi();
            await app.StartAsync();
            return new Api(host, app);
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.DisposeAsync();
            await host.DisposeAsync();
        }
    }
}
