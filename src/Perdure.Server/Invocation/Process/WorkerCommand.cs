using System.Collections.Frozen;
using System.Diagnostics;

namespace Perdure.Server.Invocation.Process;

/// <summary>How the workers of a function are started.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Command">A line for the shell.</param>
internal sealed record WorkerCommand(string Function, string Command)
{
    /// <summary>Where it runs; null for where the server does.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The server's variables that a worker gets too.</summary>
    public required IReadOnlyCollection<string> PassedEnvironment { get; init; }

    /// <summary>Variables of its own.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>A name of what the code exports, for runtimes that ask.</summary>
    public required string Handler { get; init; }

    /// <summary>What makes a process work at all. Everything else of the server's environment, its secrets above all, is its own.</summary>
    private static readonly FrozenSet<string> AlwaysPassed = FrozenSet.ToFrozenSet(
    [
        "PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "DOTNET_ROOT",
        "SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramFiles", "ProgramData",
    ]);

    /// <summary>The process of one worker.</summary>
    /// <param name="service">Where it finds the API, and with which key.</param>
    /// <param name="runtimeApi">Host and port of its Runtime API.</param>
    public ProcessStartInfo StartInfo(WorkerService service, string runtimeApi)
    {
        var start = WorkerGuard.StartInfo(Command);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.WorkingDirectory = WorkingDirectory ?? "";
        var inherited = start.Environment.Where(variable => AlwaysPassed.Contains(variable.Key) || PassedEnvironment.Contains(variable.Key)).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in inherited) start.Environment[name] = value;
        foreach (var (name, value) in Lambda(service, runtimeApi)) start.Environment[name] = value;
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment["NODE_OPTIONS"] = start.Environment.TryGetValue("NODE_OPTIONS", out var own) ? $"{own} {NodeRuntime.Option}" : NodeRuntime.Option;
        return start;
    }

    /// <summary>What a function finds in AWS Lambda too.</summary>
    private Dictionary<string, string> Lambda(WorkerService service, string runtimeApi) => new()
    {
        ["AWS_LAMBDA_RUNTIME_API"] = runtimeApi,
        ["AWS_LAMBDA_FUNCTION_NAME"] = Function,
        ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
        ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "128",
        ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
        ["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/perdure/{Function}",
        ["AWS_LAMBDA_LOG_STREAM_NAME"] = runtimeApi,
        ["AWS_LAMBDA_LOG_FORMAT"] = "JSON",
        ["_HANDLER"] = Handler,
        ["LAMBDA_TASK_ROOT"] = WorkingDirectory ?? System.Environment.CurrentDirectory,
        ["AWS_REGION"] = service.Region,
        ["AWS_DEFAULT_REGION"] = service.Region,
        ["AWS_ENDPOINT_URL_LAMBDA"] = service.Endpoint.AbsoluteUri.TrimEnd('/'),
        ["AWS_ACCESS_KEY_ID"] = service.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = service.SecretAccessKey,
        ["AWS_EC2_METADATA_DISABLED"] = "true", // there is none to ask, and SDKs wait for it
    };
}

/// <summary>Where workers find the API, and the key that they sign with.</summary>
internal sealed record WorkerService(Uri Endpoint, string Region, string AccessKeyId, string SecretAccessKey);
