namespace Perdure.Cli;

/// <summary>Functions as they are named on the command line.</summary>
internal static class FunctionArguments
{
    /// <summary>What the file says, and what the arguments say. What both name is the argument's, with the file's limits.</summary>
    /// <exception cref="ConfigException">An argument is not of that form.</exception>
    public static IReadOnlyDictionary<string, FunctionConfig> Merge(IReadOnlyDictionary<string, FunctionConfig> file, IEnumerable<string> arguments)
    {
        var functions = new Dictionary<string, FunctionConfig>(file);
        var named = new HashSet<string>();
        foreach (var argument in arguments)
        {
            var at = argument.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || at == argument.Length - 1)
                throw new ConfigException($"--function {argument}: it must be NAME=COMMAND, such as orders=\"node handler.mjs\".");
            var (name, target) = (argument[..at], argument[(at + 1)..]);
            if (!named.Add(name)) throw new ConfigException($"--function names '{name}' twice.");
            functions[name] = With(functions.GetValueOrDefault(name, new FunctionConfig()), target);
        }

        return functions;
    }

    private static FunctionConfig With(FunctionConfig function, string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? function with { Url = url, Command = null }
            : function with { Command = target, Url = null };
}
