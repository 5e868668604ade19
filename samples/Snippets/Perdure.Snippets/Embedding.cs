using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Perdure.Snippets;

/// <summary>Perdure in a host, and what the rest of the application does with it.</summary>
public static class Embedding
{
    /// <summary>Builds a host that serves the function.</summary>
    public static IHost Build(string[] args, IMailer mailer, IBank bank)
    {
        // <snippet hosting>
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSingleton(mailer).AddSingleton(bank);
        builder.Services.AddPerdure().AddFunction<ExpenseApproval>().UseSqlite();
        var host = builder.Build();
        // </snippet hosting>
        return host;
    }

    /// <summary>Changes options.</summary>
    public static void Configure(IServiceCollection services)
    {
        // <snippet options>
        services.AddPerdure(options =>
        {
            options.MaxConcurrentInvocations = 64;
            options.Retention = TimeSpan.FromDays(30);
            options.DefaultStepRetry = RetryStrategy.Transient;
        });
        services.AddHealthChecks().AddPerdure();
        // </snippet options>
    }

    /// <summary>Starts an execution and waits for its result.</summary>
    public static async Task<string> StartAsync(IPerdureClient client, Expense expense)
    {
        // <snippet start>
        var arn = await client.StartAsync("expense-approval", expense, new StartOptions { ExecutionName = "expense-4711" });
        var outcome = await client.WaitForResultAsync<string>(arn);
        // </snippet start>
        return outcome;
    }

    /// <summary>Answers a callback.</summary>
    public static async Task AnswerAsync(IPerdureClient client, string callbackId, bool approved)
    {
        // <snippet answer>
        try
        {
            await client.SendCallbackSuccessAsync(callbackId, approved);
        }
        catch (CallbackClosedException)
        {
            // Too late: it timed out, or somebody else has answered. Nothing was changed.
        }
        // </snippet answer>
    }
}
