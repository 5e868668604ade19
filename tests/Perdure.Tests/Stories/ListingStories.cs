using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>More executions than fit on one page of rows.</summary>
public class ListingStories
{
    private const int Count = 250;

    [Fact]
    public async Task A_listing_goes_through_every_page_newest_first_and_ends_at_its_limit()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<int, int>("f", (i, _) => Task.FromResult(i)));
        for (var i = 0; i < Count; i++)
        {
            await host.Client.StartAsync("f", i, new StartOptions { ExecutionName = $"{i}" });
            host.Clock.Advance(TimeSpan.FromMilliseconds(1)); // in one millisecond their order is not promised
        }

        await host.SettleAsync();
        List<string> newestFirst = [.. Enumerable.Range(0, Count).Reverse().Select(i => $"{i}")];

        Assert.Equal(newestFirst, await NamesAsync(null));
        foreach (var limit in (int[])[1, 99, 100, 101, 200, Count, Count + 1])
            Assert.Equal(newestFirst.Take(limit), await NamesAsync(new ExecutionFilter { Limit = limit }));
        Assert.Empty(await NamesAsync(new ExecutionFilter { Status = ExecutionStatus.Running }));

        ValueTask<List<string>> NamesAsync(ExecutionFilter? filter) => host.Client.ListAsync(filter).Select(execution => execution.Name).ToListAsync();
    }

    [Fact]
    public async Task However_many_were_without_a_worker_they_all_run_again_when_one_appears()
    {
        var served = true;
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            if (served) builder.AddFunction<int, int>("f", NapAsync);
        });
        for (var i = 0; i < Count; i++) await host.Client.StartAsync("f", i);
        await host.SettleAsync();
        served = false;
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.All(await host.Client.ListAsync().ToListAsync(), execution => Assert.Equal(ExecutionAttention.NoWorker, execution.Attention));

        served = true;
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(Count, await host.Client.ListAsync(new ExecutionFilter { Status = ExecutionStatus.Succeeded }).CountAsync());

        static async Task<int> NapAsync(int i, IDurableContext context)
        {
            await context.WaitAsync(TimeSpan.FromHours(1));
            return i;
        }
    }
}
