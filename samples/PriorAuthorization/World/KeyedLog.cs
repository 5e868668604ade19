using System.Globalization;
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
    private readonly Dictionary<string, T> _byKey = [];
    private readonly string? _path;

    // Only ever appended to: what a reader was given before stays as it was, and nothing is copied for readers.
    private T[] _entries = new T[16];
    private int _count;

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

    /// <summary>The entries that there are now.</summary>
    public IReadOnlyList<T> Entries
    {
        get
        {
            lock (_gate) return new ArraySegment<T>(_entries, 0, _count);
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
            var entry = create(_count + 1);
            if (_path is not null) Write(_path, entry);
            Remember(entry);
            return (entry, true);
        }
    }

    /// <summary>Adds what <paramref name="create"/> makes of the number of the entry, from 1, which is to be its key.</summary>
    public T Append(Func<string, T> create)
    {
        lock (_gate) return Add((_count + 1).ToString(CultureInfo.InvariantCulture), number => create(number.ToString(CultureInfo.InvariantCulture))).Entry;
    }

    private void Remember(T entry)
    {
        if (!_byKey.TryAdd(entry.Key, entry)) return;
        if (_count == _entries.Length) Array.Resize(ref _entries, 2 * _count);
        _entries[_count++] = entry;
    }

    private static void Write(string path, T entry)
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
