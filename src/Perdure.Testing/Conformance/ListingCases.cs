using Perdure.Storage;
using static Perdure.Testing.Conformance.StoreProbe;

namespace Perdure.Testing.Conformance;

/// <summary>Lists: newest or oldest first, filtered, page by page.</summary>
internal static class ListingCases
{
    public static IEnumerable<StoreConformanceCase> All => StoreConformance.From(
        A_list_is_newest_first,
        A_list_is_filtered,
        Pages_continue_where_the_last_one_ended,
        A_list_can_begin_with_the_oldest);

    private static async Task A_list_is_newest_first(StoreProbe probe)
    {
        foreach (var number in (int[])[2, 5, 1, 4, 3]) await probe.WriteAsync(Insert(number)).ConfigureAwait(false);

        await CheckAsync(probe, new RowFilter(), 5, 4, 3, 2, 1).ConfigureAwait(false);
        Check.Equal(await probe.RowAsync(5).ConfigureAwait(false), (await probe.Store.ListAsync(new RowFilter(), default).ConfigureAwait(false))[0], "The first row");
    }

    private static async Task A_list_is_filtered(StoreProbe probe)
    {
        await probe.WriteAsync(Insert(1)).ConfigureAwait(false);
        await probe.WriteAsync(Insert(2, Ended())).ConfigureAwait(false);
        await probe.WriteAsync(Insert(3, Running() with { Attention = ExecutionAttention.Parked }, function: "invoices")).ConfigureAwait(false);
        await probe.WriteAsync(Insert(4, Ended(status: ExecutionStatus.Failed), function: "invoices")).ConfigureAwait(false);
        await probe.WriteAsync(Insert(5, Running() with { Attention = ExecutionAttention.NoWorker })).ConfigureAwait(false);

        await CheckAsync(probe, new RowFilter { Function = "invoices" }, 4, 3).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Status = ExecutionStatus.Running }, 5, 3, 1).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Status = ExecutionStatus.Succeeded }, 2).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Attention = ExecutionAttention.Parked }, 3).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Attention = ExecutionAttention.None }, 4, 2, 1).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Function = Function, Status = ExecutionStatus.Running, Attention = ExecutionAttention.NoWorker }, 5).ConfigureAwait(false);
        await CheckAsync(probe, new RowFilter { Function = "nobody" }).ConfigureAwait(false);
    }

    private static async Task Pages_continue_where_the_last_one_ended(StoreProbe probe)
    {
        for (var number = 1; number <= 6; number++) await probe.WriteAsync(Insert(number, function: number == 3 ? "invoices" : Function)).ConfigureAwait(false);

        var page = new RowFilter { Function = Function, Limit = 2 };
        await CheckAsync(probe, page, 6, 5).ConfigureAwait(false);
        await CheckAsync(probe, page with { Before = Key(5) }, 4, 2).ConfigureAwait(false);
        await CheckAsync(probe, page with { Before = Key(2) }, 1).ConfigureAwait(false);
        await CheckAsync(probe, page with { Before = Key(1) }).ConfigureAwait(false);
    }

    private static async Task A_list_can_begin_with_the_oldest(StoreProbe probe)
    {
        for (var number = 1; number <= 6; number++) await probe.WriteAsync(Insert(number, function: number == 3 ? "invoices" : Function)).ConfigureAwait(false);

        var page = new RowFilter { Function = Function, Limit = 2, OldestFirst = true };
        await CheckAsync(probe, page, 1, 2).ConfigureAwait(false);
        await CheckAsync(probe, page with { After = Key(2) }, 4, 5).ConfigureAwait(false);
        await CheckAsync(probe, page with { After = Key(5) }, 6).ConfigureAwait(false);
        await CheckAsync(probe, page with { After = Key(1), Before = Key(5) }, 2, 4).ConfigureAwait(false);
        await CheckAsync(probe, page with { After = Key(1), Before = Key(5), OldestFirst = false }, 4, 2).ConfigureAwait(false);
    }

    private static async Task CheckAsync(StoreProbe probe, RowFilter filter, params int[] expected) => Check.Sequence(
        expected.Select(Key), (await probe.Store.ListAsync(filter, default).ConfigureAwait(false)).Select(static row => row.Key), $"The list for {filter}");
}
