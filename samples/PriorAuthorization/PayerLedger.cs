using System.Text.Json;

namespace PriorAuthorization;

/// <summary>A claim in the payer's books.</summary>
internal sealed record LedgerEntry(string Reference, string CaseId, string Key, PayerScenario Scenario, DateTimeOffset At);

/// <summary>The payer's books: a file of its own, one claim per line, on disk before the payer answers. It outlives our process.</summary>
internal sealed class PayerLedger
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly List<LedgerEntry> _entries = [];

    public PayerLedger(string directory)
    {
        _path = Path.Combine(directory, "payer-ledger.jsonl");
        if (!File.Exists(_path)) return;
        foreach (var line in File.ReadLines(_path))
        {
            // A line that a kill cut short was never answered: for the payer, that claim did not arrive.
            if (TryParse(line) is { } entry) _entries.Add(entry);
        }
    }

    public IReadOnlyList<LedgerEntry> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    /// <summary>Takes a claim; a claim whose key is known is the one that is already there.</summary>
    public (LedgerEntry Entry, bool IsNew) Take(string caseId, string key, PayerScenario scenario, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_entries.Find(entry => entry.Key == key) is { } known) return (known, false);
            var entry = new LedgerEntry($"PA-{_entries.Count + 1:D5}", caseId, key, scenario, at);
            Append(entry);
            _entries.Add(entry);
            return (entry, true);
        }
    }

    private void Append(LedgerEntry entry)
    {
        using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var cutShort = file.Length > 0 && LastByte(file) != '\n';
        file.Seek(0, SeekOrigin.End);
        if (cutShort) file.WriteByte((byte)'\n');
        file.Write(JsonSerializer.SerializeToUtf8Bytes(entry));
        file.WriteByte((byte)'\n');
        file.Flush(flushToDisk: true);
    }

    private static int LastByte(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte();
    }

    private static LedgerEntry? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<LedgerEntry>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
