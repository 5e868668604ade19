using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;

namespace Perdure.ProcessTests;

/// <summary>The example in a process of its own, on a free port of the loopback, killed and started again over the same data.</summary>
internal sealed class ExampleProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _data = Directory.CreateTempSubdirectory("perdure-example-").FullName;
    private readonly string[] _arguments;
    private readonly HttpClient _http;
    private Process? _process;

    public ExampleProcess(params string[] arguments)
    {
        var port = FreePort();
        _arguments = ["--data", _data, "--urls", $"http://127.0.0.1:{port}", .. arguments];
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(10) };
    }

    public int Kills { get; private set; }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(ExamplePath());
        foreach (var argument in _arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException("The example could not be started.");
        _process = process;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync();

        var began = Stopwatch.GetTimestamp();
        while (await GetAsync<object>("/api/ledger") is null)
        {
            if (process.HasExited) throw new InvalidOperationException($"The example ended with {process.ExitCode}: {await errors}");
            if (Stopwatch.GetElapsedTime(began) > StartLimit) throw new TimeoutException("The example did not answer in 30 s.");
            await Pause(50);
        }
    }

    /// <summary><c>kill -9</c>: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        process.WaitForExit();
        Kills++;
    }

    /// <summary>An answer, or null when the process was not there to give one.</summary>
    public Task<T?> GetAsync<T>(string path) where T : class => TryAsync(() => _http.GetFromJsonAsync<T>(path));

    public Task<HttpResponseMessage?> PostAsync(string path, object body) => TryAsync(async () => (HttpResponseMessage?)await _http.PostAsJsonAsync(path, body));

    public bool HasClaimInFlight => Directory.Exists(Path.Combine(_data, "in-flight")) && Directory.EnumerateFiles(Path.Combine(_data, "in-flight")).Any();

    public static Task Pause(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> request) where T : class
    {
        try
        {
            return await request();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static string ExamplePath() => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory,
        typeof(ExampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "ExamplePath").Value!));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        Kill();
        _process?.Dispose();
        _http.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
