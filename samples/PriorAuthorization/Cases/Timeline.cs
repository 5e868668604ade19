using Perdure;

namespace PriorAuthorization;

/// <summary>
/// What happened in one part of a case, by days on the function's clock. Each part returns its own entries: a part that is over is not run again
/// on replay, so what it kept in memory would be missing then.
/// </summary>
internal sealed class Timeline(IDurableContext context, IEnumerable<TimelineEntry>? before = null)
{
    private readonly List<TimelineEntry> _entries = [.. before ?? []];

    public TimelineEntry[] Entries => [.. _entries];

    public void Note(string text)
    {
        var day = (int)(context.TimeProvider.GetUtcNow() - context.ExecutionContext.StartedAt).TotalDays;
        _entries.Add(new TimelineEntry(day, text));
    }
}
