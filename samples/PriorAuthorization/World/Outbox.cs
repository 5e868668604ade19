namespace PriorAuthorization;

/// <summary>A message to a person. It names the case and never what is in it: mail is read by many eyes.</summary>
internal sealed record Message(string Key, string CaseId, string To, string Subject, DateTimeOffset At) : IKeyed;

/// <summary>Mail, pagers and portals, played by a file. A message that is sent again under its key is one message.</summary>
internal sealed class Outbox(DataFolder folder, TimeProvider clock)
{
    private readonly KeyedLog<Message> _log = new(folder.File("messages.jsonl"));

    public IReadOnlyList<Message> Messages => _log.Entries;

    public Task SendAsync(string caseId, string to, string subject, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _log.Add(key, _ => new Message(key, caseId, to, subject, clock.GetUtcNow()));
        return Task.CompletedTask;
    }
}
