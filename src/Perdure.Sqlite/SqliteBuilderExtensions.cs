using Microsoft.Extensions.DependencyInjection;
using Perdure.Sqlite;

namespace Perdure;

/// <summary>Chooses SQLite.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Keeps executions in one SQLite file, durable at power loss. The file is made when it does not exist.</summary>
    /// <remarks>One process at a time: a second one is refused at its start with the name of the holder.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="path">Where the file is; relative to the working directory.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static IPerdureBuilder UseSqlite(this IPerdureBuilder builder, string path = "perdure.db")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.UseStore(provider => new SqliteStore(Path.GetFullPath(path), provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }
}
