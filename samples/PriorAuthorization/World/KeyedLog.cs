using System.Text.Json;

namespace PriorAuthorization;

/// <summary>What an entry is known by: an entry whose key is there already is not added again.</summary>
internal interface IKeyed
{
    string Key { get; }
}

/// <summary>
/// Entries in a file, one JSON line each, durable when <see cref="Add"/> returns. The world around the function (payer, mail, audit) keeps its
/// books in such files, apart from Perdure's: so a test can compare the two.
/// </summary>
internal sealed class KeyedLog<T> where T : class, IKeyed
{
    private readonly Lock _gate = new();
    private readonly List<T> _entries = [];
    private readonly Dictionary<string, T> _byKey = [];
    private readonly string? _path;

    /// <param name="path">The file; null keeps everything in memory.</param>
    public KeyedLog(string? path)
    {
        _path = path;
        if (path is null || !File.Exists(path)) return;
        foreach (var line in File.ReadLines(path))
        {
            // The last line may be cut off: the process was killed while it wrote, and nobody was told that it had been written.
            if (TryParse(line) is { } entry) Remember(entry);
        }
    }

    public IReadOnlyList<T> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    public T? Find(string key)
    {
        lock (_gate) return _byKey.GetValueOrDefault(key);
    }

    /// <summary>Adds what <paramref name="create"/> makes of the number of the entry, from 1; or returns the one that has the key.</summary>
    public (T Entry, bool IsNew) Add(string key, Func<int, T> create)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known)) return (known, false);
            var entry = create(_entries.Count + 1);
            if (_path is not null) Append(_path, entry);
            Remember(entry);
            return (entry, true);
        }
    }

    private void Remember(T entry)
    {
        if (_byKey.TryAdd(entry.Key, entry)) _entries.Add(entry);
    }

    private static void Append(string path, T entry)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
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

    private static T? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
