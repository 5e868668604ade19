using Perdure.Engine.Storage;
using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>Which executions to list.</summary>
internal sealed record ExecutionQuery(string Function)
{
    public string? Version { get; init; }

    public string? Name { get; init; }

    public ExecutionStatus? Status { get; init; }

    /// <summary>Only those started later than this.</summary>
    public DateTimeOffset? StartedAfter { get; init; }

    /// <summary>Only those started earlier than this.</summary>
    public DateTimeOffset? StartedBefore { get; init; }

    public bool OldestFirst { get; init; }

    public bool Lets(ExecutionRow row) =>
        row.Identity.Function == Function && !row.Identity.IsHidden
        && (Version is null || row.Identity.FunctionVersion == Version)
        && (Name is null || row.Identity.Name == Name)
        && (Status is null || row.State.Status == Status)
        && !(row.Identity.StartedAt <= StartedAfter) && !(row.Identity.StartedAt >= StartedBefore);
}

/// <param name="Rows">The page.</param>
/// <param name="NextMarker">Where the next one begins; null after the last.</param>
internal sealed record ExecutionPage(IReadOnlyList<ExecutionRow> Rows, string? NextMarker);

/// <summary>Executions page by page, in order of their start.</summary>
internal sealed class ExecutionPages(EngineCore core)
{
    /// <summary>Rows looked at for one page. A filter that lets few through gives short pages, even empty ones with a marker, instead of long reads.</summary>
    private const int MostLookedAt = 10_000;

    /// <param name="query">Which executions.</param>
    /// <param name="marker">Where the page before ended; null or empty for the first.</param>
    /// <param name="maxItems">At most this many, from 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Client.InvalidMarkerException">The marker is not one of this query.</exception>
    public async Task<ExecutionPage> ReadAsync(ExecutionQuery query, string? marker, int maxItems, CancellationToken cancellationToken)
    {
        var scope = $"executions|{query}";
        var position = string.IsNullOrEmpty(marker) ? (ExecutionKey?)null : new ExecutionKey(core.Signer.ReadMarker(marker, scope).Major);
        if (query.Name is { } name)
        {
            var named = await core.Store.FindByNameAsync(query.Function, name, cancellationToken).ConfigureAwait(false);
            return new ExecutionPage(named is not null && query.Lets(named) ? [named] : [], null);
        }

        var filter = FilterOf(query, position, Math.Clamp(maxItems + 1, 50, 1000));
        var rows = new List<ExecutionRow>();
        var last = default(ExecutionKey);
        var lookedAt = 0;
        await foreach (var row in core.Store.ListAllAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            var wanted = query.Lets(row);
            if (lookedAt == MostLookedAt || (wanted && rows.Count == maxItems)) return new ExecutionPage(rows, core.Signer.SignMarker(new PagePosition(last.Value, 0), scope));
            lookedAt++;
            last = row.Key;
            if (wanted) rows.Add(row);
        }

        return new ExecutionPage(rows, null);
    }

    /// <summary>Keys are made of the time of the start: both instants are bounds of the key, and only the rows in between are read.</summary>
    private static RowFilter FilterOf(ExecutionQuery query, ExecutionKey? position, int limit)
    {
        var filter = new RowFilter
        {
            Function = query.Function,
            Status = query.Status,
            OldestFirst = query.OldestFirst,
            Limit = limit,
            After = query.StartedAfter is { } after ? new ExecutionKey(IdSource.FirstKeyAt(after).Value - 1) : null,
            Before = query.StartedBefore is { } before ? IdSource.FirstKeyAt(before < DateTimeOffset.MaxValue.AddMilliseconds(-1) ? before.AddMilliseconds(1) : before) : null,
        };
        if (position is not { } at) return filter;
        return query.OldestFirst ? filter with { After = at } : filter with { Before = at };
    }
}
