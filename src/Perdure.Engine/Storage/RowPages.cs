using System.Runtime.CompilerServices;
using Perdure.Storage;

namespace Perdure.Engine.Storage;

/// <summary>Listings as one stream.</summary>
internal static class RowPages
{
    /// <summary>Every row that the filter lets through, in the filter's order. Each page is fetched when the one before it is used up.</summary>
    public static async IAsyncEnumerable<ExecutionRow> ListAllAsync(
        this IExecutionStore store, RowFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var rows = await store.ListAsync(filter, cancellationToken).ConfigureAwait(false);
            foreach (var row in rows) yield return row;
            if (rows.Count < filter.Limit) yield break;
            filter = filter.OldestFirst ? filter with { After = rows[^1].Key } : filter with { Before = rows[^1].Key };
        }
    }
}
