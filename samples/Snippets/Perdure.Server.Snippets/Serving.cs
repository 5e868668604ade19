using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Server.Snippets;

/// <summary>An app that serves its node over HTTP.</summary>
public static class Serving
{
    /// <summary>For this machine alone.</summary>
    public static WebApplication Build(string[] args, string path)
    {
        // <snippet server>
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddPerdure()
            .AddFunction<string, string>("greet", (name, context) => context.StepAsync((_, _) => Task.FromResult($"Hello {name}"), "greet"), TimeSpan.FromMinutes(5))
            .UseSqlite(path);
        builder.Services.AddPerdureServer();
        var app = builder.Build();
        app.MapPerdureApi();
        // </snippet server>
        return app;
    }

    /// <summary>For others, with keys from wherever the app keeps its secrets.</summary>
    public static void AddCredentials(IServiceCollection services, string deploySecret, string formKey) =>
        // <snippet server-credentials>
        services.AddPerdureServer(options =>
        {
            // For AWS SDKs and tools, which sign with it.
            options.AccessKeys.Add(new ServerAccessKey("AKIAPERDUREDEPLOY001", deploySecret));

            // For a form that answers callbacks of one function, and can do nothing else.
            options.ApiKeys.Add(new ServerApiKey("approval-form", formKey) { Rights = ApiRights.Callback, Functions = ["expense-approval"] });
        });
        // </snippet server-credentials>
}
