using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>Runs what a guide shows, on the real engine.</summary>
internal static class Guide
{
    public static Task<DurableTestHost> HostAsync<TOutput>(Func<IDurableContext, Task<TOutput>> function, Action<IPerdureBuilder>? configure = null) =>
        DurableTestHost.StartAsync(builder =>
        {
            builder.AddFunction<string, TOutput>("guide", (_, context) => function(context));
            configure?.Invoke(builder);
        });

    /// <summary>Starts it, lets the outside world act once it has settled, and lets time pass until it is over.</summary>
    public static async Task<GuideEnd> RunAsync<TOutput>(
        Func<IDurableContext, Task<TOutput>> function, Func<DurableTestHost, Task>? meanwhile = null, Action<IPerdureBuilder>? configure = null)
    {
        await using var host = await HostAsync(function, configure);
        var arn = await host.Client.StartAsync("guide", "");
        if (meanwhile is not null)
        {
            await host.SettleAsync();
            await meanwhile(host);
        }

        return await EndAsync(host, arn);
    }

    public static async Task<GuideEnd> EndAsync(DurableTestHost host, string arn)
    {
        var end = await host.RunToEndAsync(arn);
        return new GuideEnd(end, await host.Client.GetOperationsAsync(arn), await host.Client.GetHistoryAsync(arn).ToListAsync());
    }

    public static async Task<string?> ResultOfAsync<TOutput>(Func<IDurableContext, Task<TOutput>> function, Func<DurableTestHost, Task>? meanwhile = null)
    {
        var (end, _, _) = await RunAsync(function, meanwhile);
        Assert.True(end.Status == ExecutionStatus.Succeeded, $"{end.Status}: {end.Error?.ErrorType} {end.Error?.ErrorMessage}");
        return end.Result;
    }

    /// <summary>Runs it with a wait behind it, so that it is run and replayed, and returns what each run saw.</summary>
    public static async Task<IReadOnlyList<string>> SeenAsync(Func<IDurableContext, Task<string>> look)
    {
        var seen = new List<string>();
        await ResultOfAsync(async context =>
        {
            seen.Add(await look(context));
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        });
        return seen;
    }
}

/// <summary>How a guide's sample ended, and what it left.</summary>
internal sealed record GuideEnd(ExecutionDescription Description, IReadOnlyList<Operation> Operations, IReadOnlyList<HistoryEvent> Events);

/// <summary>A mailer that remembers whom it asked, and may fail.</summary>
internal sealed class Postbox(Func<string, Exception?>? fails = null) : Snippets.IMailer
{
    public List<string> Asked { get; } = [];

    public string CallbackId { get; private set; } = "";

    public Task AskAsync(string person, string callbackId, CancellationToken cancellationToken)
    {
        Asked.Add(person);
        CallbackId = callbackId;
        return fails?.Invoke(person) is { } error ? Task.FromException(error) : Task.CompletedTask;
    }
}

/// <summary>A travel agency that remembers what is booked, and may fail.</summary>
internal sealed class Travel(Func<string, bool>? failsAfterBooking = null) : Snippets.ITravel
{
    public Dictionary<string, string> Booked { get; } = [];

    public Task<string> BookAsync(string what, string idempotencyKey, CancellationToken cancellationToken)
    {
        Booked[idempotencyKey] = what;
        return failsAfterBooking?.Invoke(what) == true ? throw new TimeoutException("no answer") : Task.FromResult(what);
    }

    public Task CancelAsync(string booking, CancellationToken cancellationToken)
    {
        foreach (var key in Booked.Where(pair => pair.Value == booking).Select(pair => pair.Key).ToList()) Booked.Remove(key);
        return Task.CompletedTask;
    }

    public Task<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken) => Task.FromResult(Booked.GetValueOrDefault(idempotencyKey));
}
