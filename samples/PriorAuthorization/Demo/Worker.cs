using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PriorAuthorization;

/// <summary>This program in a process of its own, on a free port of the loopback, to be killed and started again over the same data.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly string[] _arguments;
    private readonly HttpClient _http;
    private Process? _process;

    /// <summary>What it writes to stderr: complete when the process is over, because its end of the pipe is closed then.</summary>
    private Task<string> _errors = Task.FromResult("");

    /// <param name="data">Its data folder.</param>
    /// <param name="sabotage">Which protection is taken away; null for none.</param>
    public Worker(string data, string? sabotage)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        _arguments = ["--data", data, "--urls", address, .. sabotage is null ? Array.Empty<string>() : [$"--sabotage={sabotage}"]];
        _http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) };
    }

    public int Kills { get; private set; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended at once; the message has its own words.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task StartAsync()
    {
        _process?.Dispose();
        var start = new ProcessStartInfo(Command[0], [.. Command[1..], .. _arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODEL_ENDPOINT"] = ""; // scripted, wherever this runs
        var process = Process.Start(start) ?? throw new InvalidOperationException("The worker could not be started.");
        _process = process;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        _errors = process.StandardError.ReadToEndAsync();

        var began = Stopwatch.GetTimestamp();
        while (await GetAsync<LedgerEntry[]>("/api/ledger") is null)
        {
            if (IsOver(process))
            {
                var words = await _errors.WaitAsync(EndLimit, TimeProvider.System);
                throw new InvalidOperationException($"The worker ended{(process.HasExited ? $" with {process.ExitCode}" : "")}: {words}");
            }

            if (Stopwatch.GetElapsedTime(began) > StartLimit) throw new TimeoutException($"The worker did not answer in {StartLimit.TotalSeconds} s.");
            await PauseAsync(50);
        }
    }

    /// <summary><c>kill -9</c>: no handler runs, nothing is flushed. Returns when it is over.</summary>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public async Task KillAsync()
    {
        if (await EndAsync()) Kills++;
    }

    /// <returns>False when it was over already.</returns>
    private async Task<bool> EndAsync()
    {
        if (_process is not { } process || IsOver(process)) return false;
        process.Kill();
        var killed = Stopwatch.GetTimestamp();
        while (!IsOver(process))
        {
            if (Stopwatch.GetElapsedTime(killed) > EndLimit) throw new TimeoutException($"The worker was killed and is not over after {EndLimit.TotalSeconds} s.");
            await PauseAsync(5);
        }

        return true;
    }

    /// <summary>
    /// By either sign. A program that was started with SIGCHLD ignored or blocked, as some hosts do, is never told that a child has ended:
    /// <see cref="Process.WaitForExit()"/> would not return.
    /// </summary>
    private bool IsOver(Process process) => process.HasExited || _errors.IsCompleted;

    /// <summary>An answer, or null when the process was not there to give one.</summary>
    public Task<T?> GetAsync<T>(string path) where T : class => TryAsync(() => _http.GetFromJsonAsync<T>(path, Json));

    public Task<HttpResponseMessage?> PostAsync(string path, object body) => TryAsync(async () => (HttpResponseMessage?)await _http.PostAsJsonAsync(path, body, Json));

    /// <summary>Between two looks at a process whose state nothing announces.</summary>
    public static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> request) where T : class
    {
        try
        {
            return await request();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>How this program is started: by its own launcher where there is one, else by <c>dotnet</c>.</summary>
    private static string[] Command { get; } = FindCommand(typeof(Worker).Assembly.Location);

    private static string[] FindCommand(string assembly) =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == Assembly.GetExecutingAssembly().GetName().Name ? [path] : ["dotnet", assembly];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _process?.Dispose();
        _http.Dispose();
    }
}

/// <summary>The list of cases, as the page gets it.</summary>
internal sealed record CaseList(CaseSummary[] Cases, ModelUsage Usage);
