namespace Perdure.Sqlite;

/// <summary>Proof that this process is the file's only user: a locked file beside it that names the holder.</summary>
/// <remarks>The operating system drops the lock when the process ends, however it ends.</remarks>
internal sealed class FileHold : IDisposable
{
    private readonly FileStream _lock;

    private FileHold(FileStream file) => _lock = file;

    /// <exception cref="InvalidOperationException">Another process holds the file.</exception>
    public static FileHold Take(string path, string owner)
    {
        var lockPath = path + ".lock";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory) Directory.CreateDirectory(directory);
        FileStream file;
        try
        {
            file = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new InvalidOperationException(
                $"{path} is in use by {ReadHolder(path)}. One process at a time may open it; stop that one, or use another path. [PDR0404]", error);
        }

        try
        {
            // In a file of its own: the locked one cannot be read by whoever is refused.
            File.WriteAllText(HolderPath(path), owner);
        }
        catch
        {
            file.Dispose(); // not held: on a full disk, a later try must not find the lock of this one
            throw;
        }

        return new FileHold(file);
    }

    private static string ReadHolder(string path)
    {
        try
        {
            return File.ReadAllText(HolderPath(path));
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    private static string HolderPath(string path) => path + ".holder";

    public void Dispose() => _lock.Dispose();
}
