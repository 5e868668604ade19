namespace PriorAuthorization;

internal enum LedgerKind
{
    Claim,
    Information,
    Decision,
    Void,
}

/// <summary>One line of the payer's books.</summary>
internal sealed record LedgerEntry(string Key, LedgerKind Kind, string Reference, string CaseId, PayerVerdict Verdict, DateTimeOffset At) : IKeyed;

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

    public void SetBehaviour(string caseId, PayerBehaviour behaviour)
    {
        if (BehaviourOf(caseId) == behaviour && behaviour != PayerBehaviour.Accepts) return;
        _behaviours.Add($"{caseId}:{_behaviours.Count}", _ => new BehaviourEntry($"{caseId}:{_behaviours.Count}", caseId, behaviour));
    }

    public (LedgerEntry Entry, bool IsNew) Claim(string caseId, string key, DateTimeOffset at) => _ledger.Add(
        key, number => new LedgerEntry(key, LedgerKind.Claim, $"PA-{number:D5}", caseId, PayerVerdict.Pending, at));

    public LedgerEntry? Find(string key) => _ledger.Find(key);

    public void Add(LedgerEntry entry) => _ledger.Add(entry.Key, _ => entry);

    public IEnumerable<LedgerEntry> Of(string reference) => Ledger.Where(entry => entry.Reference == reference);
}
