using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Perdure.Server.Snippets;

namespace Perdure.Server.Tests.Stories;

/// <summary>What the server's guide shows, run as it is printed.</summary>
public class GuideStories
{
    [Fact]
    public async Task The_app_of_the_guide_answers_an_invoke()
    {
        var directory = Directory.CreateTempSubdirectory("perdure-guide-");
        try
        {
            await using (var app = Serving.Build(["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"], Path.Combine(directory.FullName, "perdure.db")))
            {
                await app.StartAsync();
                using var http = new ApiClient(new Uri(app.Urls.Single()));

                Assert.Equal("\"Hello Ada\"", (await http.InvokeAsync("greet", "\"Ada\"")).Is(200).Text);
                await app.StopAsync();
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_credentials_of_the_guide_are_what_they_say()
    {
        var services = new ServiceCollection();
        Serving.AddCredentials(services, "a-secret-of-the-deployment", "a-key-of-the-approval-form");
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<PerdureServerOptions>>().Value;

        Assert.Equal(ApiRights.All, Assert.Single(options.AccessKeys).Rights);
        var form = Assert.Single(options.ApiKeys);
        Assert.Equal((ApiRights.Callback, "expense-approval"), (form.Rights, Assert.Single(form.Functions!)));
    }
}
