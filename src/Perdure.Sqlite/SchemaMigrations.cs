namespace Perdure.Sqlite;

/// <summary>Brings the file's schema up to this version, one numbered step at a time. A newer schema is refused untouched.</summary>
internal static class SchemaMigrations
{
    /// <summary>"PDR1" as a number: tells our files from anybody else's.</summary>
    private const long ApplicationId = 0x50445231;

    public static void Apply(SqliteSession session, string path)
    {
        var version = (long)session.Scalar("pragma user_version")!; // always a number
        var application = (long)session.Scalar("pragma application_id")!; // always a number
        var newest = SqlText.Migrations[^1].Version;
        if (version > newest)
        {
            throw new NotSupportedException(
                $"{path} has schema version {version}, this version of Perdure knows {newest}. Nothing was changed. Start the newer version again, or restore a backup from before the upgrade. [PDR0401]");
        }

        if (application != ApplicationId && (version != 0 || (long)session.Scalar("select count(*) from sqlite_master")! > 0))
            throw new NotSupportedException($"{path} is a SQLite file of another application. Nothing was changed; give Perdure a path of its own. [PDR0403]");

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
}
