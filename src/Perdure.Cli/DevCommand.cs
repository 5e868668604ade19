using System.CommandLine;

namespace Perdure.Cli;

/// <summary><c>perdure dev</c>: server and store on this machine alone, to try functions out.</summary>
internal static class DevCommand
{
    private const int DefaultPort = 7070;
    private const string DefaultData = ".perdure";

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 for a free one.", DefaultValueFactory = static _ => DefaultPort };
        var data = new Option<string?>("--data") { Description = $"The folder of the executions. Default: {DefaultData}." };
        var config = new Option<string?>("--config") { Description = "A file with functions." };
        var functions = new Option<string[]>("--function")
        {
            Description = "A function: NAME=COMMAND to start its workers with, such as orders=\"node handler.mjs\". Repeat it for more.",
        };
        var command = new Command("dev", "Starts server and store on this machine alone.") { port, data, config, functions };
        command.SetAction((arguments, cancellationToken) => ServerProgram.RunAsync(
            () =>
            {
                var file = arguments.GetValue(config) is { } path ? ServerConfig.Read(path) : new ServerConfig();
                return new ServerSettings
                {
                    Urls = $"http://127.0.0.1:{arguments.GetValue(port)}",
                    Data = arguments.GetValue(data) ?? file.Data ?? DefaultData,
                    Config = file with { Functions = FunctionArguments.Merge(file.Functions, arguments.GetValue(functions) ?? []) },
                    BaseDirectory = BaseOf(arguments.GetValue(config)),
                    ShowsCalls = true,
                };
            },
            cancellationToken));
        return command;
    }

    /// <summary>What a file names lies where the file does.</summary>
    public static string BaseOf(string? config) => config is null ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(config))!; // a file is in a folder
}
