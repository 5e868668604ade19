namespace Perdure;

/// <summary>Large values as files in a folder: one folder below it per execution, each file named by the SHA-256 of its content.</summary>
/// <remarks>
/// <para>
/// A file appears whole or not at all, and is on the disk (at power loss) before it is referred to. Files are readable by their owner
/// alone where the system knows such rights. Nodes that share an execution store must share the folder.
/// </para>
/// <para>A folder belongs to one execution store. Back both up together, the folder last: it may hold more than the store refers to, never less.</para>
/// </remarks>
public sealed class FileSystemPayloadStore : IPayloadStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _root;

    /// <summary>A store in this folder, which is made when it does not exist.</summary>
    /// <param name="folder">Relative to the working directory.</param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty.</exception>
    public FileSystemPayloadStore(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _root = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public async Task PutAsync(PayloadKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var folder = FolderOf(key.ExecutionId);
        var isNew = !Directory.Exists(folder);
        if (isNew) CreateFolder(folder);

        // Written anew even when the name exists: what lies there may have been damaged, and a rename replaces it whole.
        var path = Path.Combine(folder, key.Sha256);
        var temporary = Path.Combine(folder, $".{key.Sha256}.{Path.GetRandomFileName()}");
        try
        {
            var file = new FileStream(temporary, NewFile(content.Length));
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        // The names too: a file that no folder leads to is lost with the power.
        DirectorySync.Flush(folder);
        if (isNew) DirectorySync.Flush(_root);
    }

    private static FileStreamOptions NewFile(int length)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous, PreallocationSize = length,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(PayloadKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(FolderOf(key.ExecutionId), key.Sha256), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task DeleteExecutionAsync(string executionId, CancellationToken cancellationToken)
    {
        PayloadKey.RequireExecutionId(executionId);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            Directory.Delete(FolderOf(executionId), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Most executions have no large values.
        }

        return Task.CompletedTask;
    }

    private string FolderOf(string executionId) => Path.Combine(_root, executionId);
}
