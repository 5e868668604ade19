using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>A node reserves an execution, finds nothing to do, and gives it back.</summary>
public class ReservationStories
{
    [Fact]
    public async Task Giving_back_a_reservation_does_not_take_the_lease_of_an_invocation_that_an_answer_began_meanwhile()
    {
        string? id = null;
        var body = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new ManualTimeProvider();
        var store = new WatchedStore(new InMemoryStore(clock));
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("c", new CallbackConfig { HeartbeatTimeout = TimeSpan.FromMinutes(10) });
                id = callback.CallbackId;
                var answer = await callback.GetResultAsync();
                await context.StepAsync(async (_, _) => { await body.Task; return 0; }, "long");
                return answer;
            }),
            store: store, clock: clock);
        var arn = await host.Client.StartAsync("f", "");
        await host.AdvanceAsync(TimeSpan.FromMinutes(9));
        await host.Client.SendCallbackHeartbeatAsync(id!);

        // Due by its timer, postponed by the heartbeat: the reservation comes to nothing. The answer arrives while it is given back.
        Task? answering = null;
        store.OnRowUpdate = async () =>
        {
            answering = host.Client.SendCallbackSuccessAsync(id!, "yes");
            for (var i = 0; i < 100 && !answering.IsCompleted; i++) await Task.Yield();
        };
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        while (answering is not { IsCompleted: true } || !host.Host.Node.ActiveInvocations.Any()) await Task.Yield();
        while (!store.IsQuiet) await Task.Yield();

        var row = (await host.Store.ListAsync(new RowFilter(), CancellationToken.None)).Single();
        Assert.NotNull(row.State.LeaseOwner);
        body.SetResult();
        Assert.Equal("\"yes\"", (await host.RunToEndAsync(arn)).Result);
        Assert.DoesNotContain(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.InvocationCompletedDetails?.Error is not null);
    }

    /// <summary>Lets something happen just before a row is given back.</summary>
    private sealed class WatchedStore(IExecutionStore inner) : DelegatingStore(inner)
    {
        private int _updating;

        public Func<Task>? OnRowUpdate { get; set; }

        public bool IsQuiet => Volatile.Read(ref _updating) == 0;

        public override async Task<bool> UpdateRowAsync(ExecutionKey key, string owner, long epoch, RowState state, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _updating);
            try
            {
                if (OnRowUpdate is { } happens)
                {
                    OnRowUpdate = null;
                    await happens();
                }

                return await base.UpdateRowAsync(key, owner, epoch, state, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _updating);
            }
        }
    }
}
