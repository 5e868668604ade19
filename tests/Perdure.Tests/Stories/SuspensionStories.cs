using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What a suspended invocation leaves behind: a record, and nothing in memory.</summary>
public class SuspensionStories
{
    [Fact]
    public async Task Ten_thousand_suspended_executions_leave_no_state_machine_in_memory()
    {
        const int Count = 10_000;
        var tracked = new System.Collections.Concurrent.ConcurrentQueue<WeakReference>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<int, string>("f", async (i, context) =>
        {
            var local = new object();
            tracked.Enqueue(new WeakReference(local));
            var callback = await context.CreateCallbackAsync<string>();
            var child = context.RunInChildContextAsync(async (inner, _) =>
            {
                await inner.WaitAsync(TimeSpan.FromDays(30));
                return local.GetHashCode();
            });
            await Task.WhenAll(child, callback.GetResultAsync());
            return local.ToString()!;
        }));

        for (var i = 0; i < Count; i++) await host.Client.StartAsync("f", i);
        await host.SettleAsync();

        Assert.Equal(Count, tracked.Count);
        for (var i = 0; i < 5 && tracked.Any(reference => reference.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // The last one may still be on a stack of the thread pool.
        Assert.InRange(tracked.Count(reference => reference.IsAlive), 0, 2);
        Assert.Equal(0, host.Host.Node.Core.Mailboxes.Count);
    }

    [Fact]
    public async Task On_suspension_finally_blocks_do_not_run_tokens_stay_quiet_and_the_scope_is_disposed()
    {
        var finallies = 0;
        CancellationToken childToken = default;
        var disposed = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.Services.AddScoped(_ => new Dependency(disposed));
            builder.AddFunction<Suspending>();
            builder.Services.AddSingleton(new Action<CancellationToken>(token => childToken = token));
            builder.Services.AddSingleton(new Action(() => finallies++));
        });

        var arn = await host.Client.StartAsync(nameof(Suspending), "");
        await host.SettleAsync();
        Assert.Equal(0, finallies);
        Assert.False(childToken.IsCancellationRequested);
        Assert.Equal(["disposed"], disposed);

        await host.RunToEndAsync(arn);
        Assert.Equal(1, finallies);
        Assert.Equal(["disposed", "disposed"], disposed);
    }

    [Fact]
    public async Task After_suspension_later_posts_are_dropped_and_later_calls_never_complete()
    {
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wentOn = 0;
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", async (input, context) =>
            {
                _ = StrayAsync(context);
                await context.WaitAsync(TimeSpan.FromDays(1));
                return "done";
            }),
            options => options.StrictDeterminism = false);

        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        foreign.SetResult();
        await Task.Yield();
        await host.SettleAsync();

        Assert.Equal(0, wentOn);
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);

        async Task StrayAsync(IDurableContext context)
        {
            await foreign.Task;
            Interlocked.Increment(ref wentOn);
        }
    }

    private sealed class Dependency(List<string> disposed) : IDisposable
    {
        public void Dispose() => disposed.Add("disposed");
    }

    private sealed class Suspending(Dependency dependency, Action<CancellationToken> seeToken, Action onFinally) : IDurableFunction<string, string>
    {
        public async Task<string> RunAsync(string input, IDurableContext context)
        {
            GC.KeepAlive(dependency);
            try
            {
                return await context.RunInChildContextAsync(async (child, token) =>
                {
                    seeToken(token);
                    await child.WaitAsync(TimeSpan.FromDays(1));
                    return "done";
                });
            }
            finally
            {
                onFinally();
            }
        }
    }
}
