using Microsoft.Data.Sqlite;
using Perdure.Storage;

namespace Perdure.Sqlite;

/// <summary>How the file is opened, and what its errors mean.</summary>
internal static class SqliteFile
{
    // Connections are ours to keep; the provider's pool would hold the file open after the store is closed.
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>FULL: a commit that was answered survives a power cut. NORMAL would lose the last ones.</summary>
    public static void Configure(SqliteSession session)
    {
        var mode = session.Scalar("pragma journal_mode = wal");
        if (mode as string != "wal")
            throw new NotSupportedException($"SQLite cannot use write-ahead logging here (it answered '{mode}'); put the file on a local disk. [PDR0402]");
        session.Execute("pragma synchronous = full; pragma busy_timeout = 5000; pragma wal_autocheckpoint = 2000; pragma cache_size = -65536;");
    }

    /// <summary>Errors of the medium leave the outcome open; errors of a statement are that statement's own.</summary>
    public static T Translate<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error) when (error.SqliteErrorCode is Busy or Locked or IoError or Full or CannotOpen or NoMemory)
        {
            throw new StoreUnavailableException($"SQLite could not use {path}: {error.Message}", error);
        }
    }

    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int IoError = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
}
