using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Server;

namespace Perdure.Cli;

/// <summary>Everything that a server is started with, wherever it was said.</summary>
internal sealed record ServerSettings
{
    /// <summary>As long as a call may wait for an answer: what is tried out can be waited for. Longer ones are configured.</summary>
    private static readonly TimeSpan DefaultExecutionTimeout = TimeSpan.FromMinutes(15);

    public required string Urls { get; init; }

    public required string Data { get; init; }

    public required ServerConfig Config { get; init; }

    /// <summary>What relative paths of the configuration start from.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Whether the first output tells how functions are called.</summary>
    public required bool ShowsCalls { get; init; }

    /// <summary>Adds functions and store.</summary>
    /// <exception cref="ConfigException">Something of it is not valid.</exception>
    public void AddTo(IServiceCollection services)
    {
        Directory.CreateDirectory(Data);
        var perdure = services
            .AddPerdure(options => options.MaxConcurrentInvocations = Config.MaxConcurrentInvocations ?? options.MaxConcurrentInvocations)
            .UseSqlite(Path.Combine(Data, "perdure.db"));
        services.AddPerdureServer(AddCredentials);
        foreach (var (name, function) in Config.Functions)
        {
            try
            {
                Add(perdure, name, function);
            }
            catch (ArgumentException error)
            {
                throw new ConfigException(error.Message);
            }
        }
    }

    private void Add(IPerdureBuilder perdure, string name, FunctionConfig function)
    {
        switch (function)
        {
            case { Command: { } command, Url: null }:
                perdure.AddProcessFunction(name, command, options =>
                {
                    SetLimits(options, name, function);
                    options.Concurrency = function.Concurrency ?? options.Concurrency;
                    options.StartTimeout = Seconds(function.StartTimeout) ?? options.StartTimeout;
                    options.WorkingDirectory = function.Directory is { } directory ? Path.GetFullPath(directory, BaseDirectory) : BaseDirectory;
                    options.Handler = function.Handler ?? options.Handler;
                    foreach (var (variable, value) in function.Environment) options.Environment[variable] = value;
                    foreach (var variable in function.PassEnvironment) options.PassedEnvironment.Add(variable);
                });
                break;
            case { Url: { } url, Command: null }:
                throw new ConfigException($"Function '{name}' is to be reached at {url}, which this version cannot do yet: give it a command, which starts its workers.");
            default:
                throw new ConfigException($"Function '{name}' must have a command, which starts its workers, or a url, where it is reached: one of them.");
        }
    }

    private static void SetLimits(RemoteFunctionOptions options, string name, FunctionConfig function)
    {
        options.IsDurable = function.Durable;
        options.Timeout = Seconds(function.Timeout) ?? options.Timeout;
        options.ExecutionTimeout = Seconds(function.ExecutionTimeout) ?? DefaultExecutionTimeout;
        options.RetentionPeriodInDays = function.RetentionDays ?? 0;
        options.TenantIsolation = function.Tenancy switch
        {
            null => false,
            "PER_TENANT" => true,
            var other => throw new ConfigException($"tenancy of function '{name}' is '{other}'; it must be PER_TENANT, or absent."),
        };
    }

    /// <summary>How long an execution of a function may take, as it is configured or by default.</summary>
    public static TimeSpan ExecutionTimeoutOf(FunctionConfig function) => Seconds(function.ExecutionTimeout) ?? DefaultExecutionTimeout;

    private static TimeSpan? Seconds(int? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;

    private void AddCredentials(PerdureServerOptions options)
    {
        foreach (var key in Config.AccessKeys) options.AccessKeys.Add(new ServerAccessKey(key.Id, key.Secret) { Rights = RightsOf(key.Rights, key.Id), Functions = key.Functions });
        foreach (var key in Config.ApiKeys) options.ApiKeys.Add(new ServerApiKey(key.Name, key.Key) { Rights = RightsOf(key.Rights, key.Name), Functions = key.Functions });
    }

    private static ApiRights RightsOf(IReadOnlyList<string>? rights, string credential)
    {
        if (rights is null) return ApiRights.All;
        var all = ApiRights.None;
        foreach (var right in rights)
        {
            if (!Enum.TryParse<ApiRights>(right, ignoreCase: true, out var known) || !Enum.IsDefined(known) || known == ApiRights.None)
                throw new ConfigException($"rights of '{credential}' has '{right}'; it must be one of {string.Join(", ", Enum.GetNames<ApiRights>().Except([nameof(ApiRights.None)]))}.");
            all |= known;
        }

        return all;
    }

    /// <summary>Listens where it was said.</summary>
    /// <exception cref="ConfigException">An address is not valid, or a certificate is missing.</exception>
    public void Listen(IWebHostBuilder host)
    {
        foreach (var url in Urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) RequireValid(url);
        host.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls(Urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (Config.Certificate is not { } certificate) return;
            var pem = Path.GetFullPath(certificate.Path, BaseDirectory);
            var key = certificate.KeyPath is null ? null : Path.GetFullPath(certificate.KeyPath, BaseDirectory);
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = X509Certificate2.CreateFromPemFile(pem, key));
        });
    }

    private void RequireValid(string url)
    {
        var address = url.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw new ConfigException($"The address '{url}' is not valid; it must be such as http://127.0.0.1:7070 or https://*:8443.");
        if (parsed.Scheme == "https" && Config.Certificate is null)
            throw new ConfigException($"{url} needs a certificate: \"certificate\": {{ \"path\": \"server.pem\", \"keyPath\": \"server.key\" }} in the configuration file.");
    }
}
