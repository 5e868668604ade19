using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>Which part of a history to read.</summary>
/// <param name="Marker">Where the page before ended; null or empty for the first.</param>
/// <param name="MaxItems">At most this many events, from 1.</param>
/// <param name="NewestFirst">Whether the last event comes first.</param>
/// <param name="IncludeData">False leaves payloads out.</param>
internal sealed record HistoryQuery(string? Marker, int MaxItems, bool NewestFirst, bool IncludeData);

/// <param name="Events">The page.</param>
/// <param name="NextMarker">Where the next one begins; null after the last.</param>
internal sealed record HistoryPage(IReadOnlyList<HistoryEvent> Events, string? NextMarker);

/// <summary>Histories page by page. An event keeps its place for ever, so a marker stays good while the history grows.</summary>
/// <remarks>Reads only the entries that the page is made of: a page of a long history costs what a page of a short one does.</remarks>
internal sealed class HistoryPages(EngineCore core)
{
    private const long PageBytes = 5_000_000;

    /// <summary>Entries to read at once: few when each may bring megabytes.</summary>
    private static int Chunk(HistoryQuery query) => query.IncludeData ? 8 : 200;

    /// <param name="row">The execution.</param>
    /// <param name="query">Which page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Client.InvalidMarkerException">The marker is not one of this history in this order.</exception>
    public async Task<HistoryPage> ReadAsync(ExecutionRow row, HistoryQuery query, CancellationToken cancellationToken)
    {
        var scope = $"history|{row.Key}|{query.NewestFirst}";
        var (version, eventId) = string.IsNullOrEmpty(query.Marker)
            ? query.NewestFirst ? new PagePosition(row.Version, long.MaxValue) : new PagePosition(1, 0)
            : core.Signer.ReadMarker(query.Marker, scope);
        var events = new List<HistoryEvent>();
        var bytes = 0L;
        var chunk = Chunk(query);
        while (true)
        {
            var (from, to) = query.NewestFirst ? (Math.Max(1, version - chunk + 1), version) : (version, version + chunk - 1);
            var entries = from > to ? [] : await core.Store.ReadEntriesAsync(row.Key, from, to, query.IncludeData, cancellationToken).ConfigureAwait(false);
            foreach (var entry in query.NewestFirst ? entries.Reverse() : entries)
            {
                foreach (var e in InOrder(entry, query))
                {
                    if (query.NewestFirst ? e.EventId > eventId : e.EventId < eventId) continue;
                    if (events.Count == query.MaxItems || (bytes > PageBytes && events.Count > 0))
                        return new HistoryPage(events, core.Signer.SignMarker(new PagePosition(entry.Version, e.EventId), scope));
                    events.Add(e);
                }

                bytes += entry.Payload.Length;
            }

            if (entries.Count < chunk) return new HistoryPage(events, null);
            version = query.NewestFirst ? from - 1 : to + 1;
        }
    }

    private static IEnumerable<HistoryEvent> InOrder(JournalEntry entry, HistoryQuery query)
    {
        var events = HistoryReader.Events(entry, query.IncludeData);
        return query.NewestFirst ? events.Reverse() : events;
    }
}
