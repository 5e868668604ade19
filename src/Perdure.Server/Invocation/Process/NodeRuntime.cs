using System.Text;

namespace Perdure.Server.Invocation.Process;

/// <summary>Makes <c>node handler.mjs</c> a worker: a module that Node.js loads first takes the handler that the program exports and serves it.</summary>
/// <remarks>A program that exports no handler, such as one that brings a runtime of its own, is left alone. Node.js 18.18 or later.</remarks>
internal static class NodeRuntime
{
    /// <summary>For <c>NODE_OPTIONS</c>: the module itself, not a file that would have to be where the worker can read it.</summary>
    public static string Option { get; } = $"--import=data:text/javascript;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(Read()))}";

    private static string Read()
    {
        using var stream = typeof(NodeRuntime).Assembly.GetManifestResourceStream("node-runtime.mjs")!; // the build embeds it
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
