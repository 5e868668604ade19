namespace PriorAuthorization;

/// <summary>Who decided what, when, on which letter. The letter itself is not in it.</summary>
internal sealed record AuditEntry(string Key, string CaseId, string What, string Who, string? LetterHash, DateTimeOffset At) : IKeyed;

/// <summary>The organisation's own record of decisions, kept apart from the execution's and longer than it.</summary>
internal sealed class AuditTrail(DataFolder folder, TimeProvider clock)
{
    private readonly KeyedLog<AuditEntry> _log = new(folder.File("audit.jsonl"));

    public IReadOnlyList<AuditEntry> Entries => _log.Entries;

    public Task RecordAsync(string caseId, string what, string who, string? letterHash, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _log.Add(key, _ => new AuditEntry(key, caseId, what, who, letterHash, clock.GetUtcNow()));
        return Task.CompletedTask;
    }
}
