namespace PriorAuthorization;

internal enum LedgerKind
{
    Claim,
    Information,
    Decision,
    Void,
}

/// <summary>One line of the payer's books.</summary>
internal sealed record LedgerEntry(string Key, LedgerKind Kind, string Reference, string CaseId, PayerVerdict Verdict, DateTimeOffset At) : IKeyed
{
    /// <summary>Of information: how many statements arrived. What they say is not in the books.</summary>
    public int Statements { get; init; }
}

internal sealed record BehaviourEntry(string Key, string CaseId, PayerBehaviour Behaviour) : IKeyed;

internal sealed record CallBackEntry(string Key, string Reference, DateTimeOffset At) : IKeyed;

/// <summary>What the payer has on file, apart from everything of ours: the ledger proves what really reached it.</summary>
internal sealed class PayerBooks(DataFolder folder)
{
    private readonly KeyedLog<LedgerEntry> _ledger = new(folder.File("payer-ledger.jsonl"));
    private readonly KeyedLog<BehaviourEntry> _behaviours = new(folder.File("payer-behaviours.jsonl"));

    public IReadOnlyList<LedgerEntry> Ledger => _ledger.Entries;

    /// <summary>Callbacks that the payer was asked for, by their ids.</summary>
    public KeyedLog<CallBackEntry> CallBacks { get; } = new(folder.File("payer-callbacks.jsonl"));

    public PayerBehaviour BehaviourOf(string caseId) =>
        _behaviours.Entries.LastOrDefault(entry => entry.CaseId == caseId)?.Behaviour ?? PayerBehaviour.Accepts;

    /// <summary>From now on; the last of several counts.</summary>
    public void SetBehaviour(string caseId, PayerBehaviour behaviour) => _behaviours.Append(key => new BehaviourEntry(key, caseId, behaviour));

    public (LedgerEntry Entry, bool IsNew) Claim(string caseId, string key, DateTimeOffset at) => _ledger.Add(
        key, number => new LedgerEntry(key, LedgerKind.Claim, $"PA-{number:D5}", caseId, PayerVerdict.Pending, at));

    public LedgerEntry? Find(string key) => _ledger.Find(key);

    /// <summary>Adds a line and returns it; or the line that has its key.</summary>
    public LedgerEntry Add(LedgerEntry entry) => _ledger.Add(entry.Key, _ => entry).Entry;

    public IEnumerable<LedgerEntry> Of(string reference) => Ledger.Where(entry => entry.Reference == reference);
}
