namespace Perdure.Sqlite;

/// <summary>Brings the file's schema up to this version, one numbered step at a time. A newer schema is refused untouched.</summary>
internal static class SchemaMigrations
{
    /// <summary>"PDR1" as a number: tells our files from anybody else's.</summary>
    private const long ApplicationId = 0x50445231;

    /// <summary>Only reads: even write-ahead logging is switched on after this, because that changes the file.</summary>
    /// <exception cref="NotSupportedException">The file is not ours, or newer than we are.</exception>
    public static void Verify(SqliteSession session, string path)
    {
        var version = VersionOf(session);
        var application = (long)session.Scalar("pragma application_id")!; // always a number
        if (application != ApplicationId && (version != 0 || (long)session.Scalar("select count(*) from sqlite_master")! > 0))
            throw new NotSupportedException($"{path} is a SQLite file of another application. Nothing was changed; give Perdure a path of its own. [PDR0403]");

        var newest = SqlText.Migrations[^1].Version;
        if (version > newest)
        {
            throw new NotSupportedException(
                $"{path} has schema version {version}, this version of Perdure knows {newest}. Nothing was changed. Start the newer version again, or restore a backup from before the upgrade. [PDR0401]");
        }
    }

    public static void Apply(SqliteSession session)
    {
        var version = VersionOf(session);
        foreach (var migration in SqlText.Migrations.Where(migration => migration.Version > version))
        {
            session.InTransaction(() =>
            {
                session.Execute(migration.Sql);
                session.Execute($"pragma user_version = {migration.Version}");
                session.Execute($"pragma application_id = {ApplicationId}");
                return true;
            });
        }
    }

    private static long VersionOf(SqliteSession session) => (long)session.Scalar("pragma user_version")!; // always a number
}
