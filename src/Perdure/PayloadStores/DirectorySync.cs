using System.Runtime.InteropServices;
using System.Text;

namespace Perdure;

/// <summary>Brings the names in a folder to the disk. .NET flushes files only; on Unix the folder is a file that must be flushed too.</summary>
internal static class DirectorySync
{
    /// <exception cref="IOException">The folder could not be flushed: what lies in it may not survive a power cut.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals names by itself

        var descriptor = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly);
        if (descriptor < 0) throw new IOException($"{folder} could not be opened to be flushed (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            // Some network file systems know no flush of folders (EINVAL) and need none.
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error and not InvalidArgument)
                throw new IOException($"{folder} could not be flushed to the disk (error {error}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
