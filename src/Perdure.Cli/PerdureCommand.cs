using System.CommandLine;

namespace Perdure.Cli;

/// <summary>The program.</summary>
internal static class PerdureCommand
{
    public static Task<int> Main(string[] arguments) =>
        new RootCommand("Durable functions in every language: runs their code, remembers how far it is, and answers AWS's SDKs and tools.")
        {
            DevCommand.Create(),
            ServeCommand.Create(),
        }.Parse(arguments).InvokeAsync();
}
