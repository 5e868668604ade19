using System.Collections.Concurrent;

namespace Perdure.Sqlite;

/// <summary>Reading connections, made when needed and kept.</summary>
internal sealed class SqliteReaders(string path) : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];

    public T Use<T>(Func<SqliteSession, T> read)
    {
        if (!_idle.TryTake(out var session))
        {
            session = new SqliteSession(SqliteFile.Open(path));
            session.Execute("pragma query_only = on; pragma busy_timeout = 5000;");
        }

        try
        {
            return read(session);
        }
        finally
        {
            _idle.Add(session);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var session)) session.Dispose();
    }
}
