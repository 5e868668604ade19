using Perdure.Storage;

namespace Perdure.Engine.Executions;

/// <summary>The mailboxes in use. One that nobody holds is dropped, and with it the state in memory.</summary>
internal sealed class MailboxRegistry(EngineCore core)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ExecutionKey, (ExecutionMailbox Mailbox, int Holders)> _mailboxes = [];

    public int Count
    {
        get
        {
            lock (_gate) return _mailboxes.Count;
        }
    }

    public ExecutionMailbox Rent(ExecutionKey key)
    {
        lock (_gate)
        {
            var (mailbox, holders) = _mailboxes.TryGetValue(key, out var known) ? known : (new ExecutionMailbox(key, core), 0);
            _mailboxes[key] = (mailbox, holders + 1);
            return mailbox;
        }
    }

    public void Return(ExecutionMailbox mailbox)
    {
        lock (_gate)
        {
            var (known, holders) = _mailboxes[mailbox.Key];
            if (holders == 1) _mailboxes.Remove(mailbox.Key);
            else _mailboxes[mailbox.Key] = (known, holders - 1);
        }
    }

    /// <summary>Uses a mailbox for one command.</summary>
    public async Task<T> UseAsync<T>(ExecutionKey key, Func<ExecutionMailbox, Task<T>> use)
    {
        var mailbox = Rent(key);
        try
        {
            return await use(mailbox).ConfigureAwait(false);
        }
        finally
        {
            Return(mailbox);
        }
    }
}
