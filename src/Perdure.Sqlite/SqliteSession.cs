using Microsoft.Data.Sqlite;

namespace Perdure.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = [];

    public SqliteSession(SqliteConnection connection) => Connection = connection;

    public SqliteConnection Connection { get; }

    public SqliteTransaction? Transaction { get; private set; }

    public Statement Get(string name)
    {
        if (!_statements.TryGetValue(name, out var statement))
        {
            var command = Connection.CreateCommand();
            command.CommandText = SqlText.Get(name);
            _statements[name] = statement = new Statement(command);
        }

        statement.Use(Transaction);
        return statement;
    }

    public void Execute(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = Transaction;
        command.ExecuteNonQuery();
    }

    public object? Scalar(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = Transaction;
        return command.ExecuteScalar();
    }

    /// <summary>One consistent view for several reads.</summary>
    public IDisposable BeginView()
    {
        Transaction = Connection.BeginTransaction(deferred: true);
        return new View(this);
    }

    private sealed class View(SqliteSession session) : IDisposable
    {
        public void Dispose()
        {
            session.Transaction?.Dispose();
            session.Transaction = null;
        }
    }

    /// <summary>Runs in one transaction: all of it, or nothing.</summary>
    public T InTransaction<T>(Func<T> work)
    {
        Transaction = Connection.BeginTransaction(deferred: false);
        try
        {
            var result = work();
            Transaction.Commit();
            return result;
        }
        catch
        {
            Rollback();
            throw;
        }
        finally
        {
            Transaction.Dispose();
            Transaction = null;
        }
    }

    private void Rollback()
    {
        try
        {
            Transaction!.Rollback(); // only called while one is open
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException)
        {
            // SQLite has rolled back by itself (disk full, I/O error); the first error is the one to report.
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        Connection.Dispose();
    }
}

/// <summary>A prepared statement whose parameters are made once and set by name.</summary>
internal sealed class Statement(SqliteCommand command) : IDisposable
{
    private readonly Dictionary<string, SqliteParameter> _parameters = [];

    public void Use(SqliteTransaction? transaction) => command.Transaction = transaction;

    public Statement Set(string name, object? value)
    {
        if (!_parameters.TryGetValue(name, out var parameter))
        {
            parameter = new SqliteParameter { ParameterName = name };
            command.Parameters.Add(parameter);
            _parameters[name] = parameter;
        }

        parameter.Value = value ?? DBNull.Value;
        return this;
    }

    public int Execute() => command.ExecuteNonQuery();

    public object? Scalar() => command.ExecuteScalar();

    public List<T> Read<T>(Func<SqliteDataReader, T> row)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    public void Dispose() => command.Dispose();
}
