using System.CommandLine;

namespace Perdure.Cli;

/// <summary><c>perdure serve</c>: the same server for production. A flag counts before a variable, and that before the file.</summary>
internal static class ServeCommand
{
    private const string DefaultUrls = "http://127.0.0.1:7070";

    public static Command Create()
    {
        var config = new Option<string?>("--config") { Description = "The configuration file. Variable: PERDURE_CONFIG." };
        var urls = new Option<string?>("--urls") { Description = $"Where to listen, separated by semicolons. Variable: PERDURE_URLS. Default: {DefaultUrls}." };
        var data = new Option<string?>("--data") { Description = "The folder of the executions. Variable: PERDURE_DATA." };
        var functions = new Option<string[]>("--function") { Description = "A function: NAME=COMMAND. Repeat it for more." };
        var command = new Command(
            "serve",
            "Runs the server in production. Whatever listens beyond this machine needs a credential: accessKeys or apiKeys in the file, " +
            "or the variables PERDURE_ACCESS_KEY_ID and PERDURE_SECRET_ACCESS_KEY, or PERDURE_API_KEY.")
        {
            config, urls, data, functions,
        };
        command.SetAction((arguments, cancellationToken) => ServerProgram.RunAsync(
            () =>
            {
                var path = arguments.GetValue(config) ?? Variable("PERDURE_CONFIG");
                var file = path is null ? new ServerConfig() : ServerConfig.Read(path);
                return new ServerSettings
                {
                    Urls = arguments.GetValue(urls) ?? Variable("PERDURE_URLS") ?? file.Urls ?? DefaultUrls,
                    Data = arguments.GetValue(data) ?? Variable("PERDURE_DATA") ?? file.Data
                        ?? throw new ConfigException("It is not said where executions are kept: pass --data DIR, set PERDURE_DATA, or have \"data\" in the configuration file."),
                    Config = WithVariables(file) with { Functions = FunctionArguments.Merge(file.Functions, arguments.GetValue(functions) ?? []) },
                    BaseDirectory = DevCommand.BaseOf(path),
                    ShowsCalls = false,
                };
            },
            cancellationToken));
        return command;
    }

    private static ServerConfig WithVariables(ServerConfig file)
    {
        if (Variable("PERDURE_API_KEY") is { } key) file = file with { ApiKeys = [.. file.ApiKeys, new ApiKeyConfig("PERDURE_API_KEY", key)] };
        return (Variable("PERDURE_ACCESS_KEY_ID"), Variable("PERDURE_SECRET_ACCESS_KEY")) switch
        {
            (null, null) => file,
            ({ } id, { } secret) => file with { AccessKeys = [.. file.AccessKeys, new AccessKeyConfig(id, secret)] },
            _ => throw new ConfigException("Of PERDURE_ACCESS_KEY_ID and PERDURE_SECRET_ACCESS_KEY one is set; set both, or none."),
        };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
