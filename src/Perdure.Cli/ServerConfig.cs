using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Cli;

/// <summary>What a configuration file says. A member that is not known is refused: a misspelled limit must not be no limit.</summary>
internal sealed record ServerConfig
{
    /// <summary>Where the server listens, such as <c>http://127.0.0.1:7070</c>; several are separated by semicolons.</summary>
    public string? Urls { get; init; }

    /// <summary>The folder of the executions.</summary>
    public string? Data { get; init; }

    /// <summary>For addresses that begin with <c>https</c>.</summary>
    public CertificateConfig? Certificate { get; init; }

    /// <summary>Functions by name.</summary>
    public IReadOnlyDictionary<string, FunctionConfig> Functions { get; init; } = new Dictionary<string, FunctionConfig>();

    /// <summary>Keys that requests are signed with.</summary>
    public IReadOnlyList<AccessKeyConfig> AccessKeys { get; init; } = [];

    /// <summary>Keys that are sent as they are.</summary>
    public IReadOnlyList<ApiKeyConfig> ApiKeys { get; init; } = [];

    /// <summary>Invocations that run at the same time on this node; null for the engine's default.</summary>
    public int? MaxConcurrentInvocations { get; init; }

    /// <exception cref="ConfigException">There is no such file, or it says something that is not understood.</exception>
    public static ServerConfig Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, ConfigJson.Default.ServerConfig) ?? throw new ConfigException($"{path} says null; it must be an object, such as {{ \"functions\": {{ }} }}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"The configuration file {path} could not be read: {error.Message}");
        }
        catch (JsonException error)
        {
            throw new ConfigException($"{path}: {error.Message}");
        }
    }
}

/// <summary>One function.</summary>
internal sealed record FunctionConfig
{
    /// <summary>A line for the shell that starts a worker.</summary>
    public string? Command { get; init; }

    /// <summary>Where the function is reached.</summary>
    public Uri? Url { get; init; }

    /// <summary>Seconds that one invocation may take: 1 to 900, the default.</summary>
    public int? Timeout { get; init; }

    /// <summary>Seconds that an execution may take with all its waits: 1 to 31,622,400.</summary>
    public int? ExecutionTimeout { get; init; }

    /// <summary>Days for which finished executions are kept: 1 to 90.</summary>
    public int? RetentionDays { get; init; }

    /// <summary><c>PER_TENANT</c>, or nothing.</summary>
    public string? Tenancy { get; init; }

    /// <summary>False for a plain Lambda function.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Workers at the same time.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Seconds that a worker may take to start.</summary>
    public int? StartTimeout { get; init; }

    /// <summary>Where workers run; relative to the configuration file.</summary>
    public string? Directory { get; init; }

    /// <summary>What the code exports.</summary>
    public string? Handler { get; init; }

    /// <summary>Variables of the workers.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of the server's variables that workers get too.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];
}

internal sealed record CertificateConfig(string Path, string? KeyPath);

internal sealed record AccessKeyConfig(string Id, string Secret)
{
    public IReadOnlyList<string>? Rights { get; init; }

    public IReadOnlyList<string>? Functions { get; init; }
}

internal sealed record ApiKeyConfig(string Name, string Key)
{
    public IReadOnlyList<string>? Rights { get; init; }

    public IReadOnlyList<string>? Functions { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ServerConfig))]
internal sealed partial class ConfigJson : JsonSerializerContext;

/// <summary>What was asked for cannot be done; the message says what to change.</summary>
internal sealed class ConfigException(string message) : Exception(message);
