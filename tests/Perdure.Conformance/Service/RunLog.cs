using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Perdure.Conformance.Service;

/// <summary>What functions and their interceptors wrote, in order: one JSON object each, as a platform's log would have it.</summary>
internal sealed class RunLog(TextWriter? copy = null)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly List<JsonElement> _records = [];

    public void Write(JsonObject record)
    {
        var written = JsonSerializer.SerializeToElement(record);
        lock (_gate)
        {
            _records.Add(written);

            // Out before the next line of the function runs: it may end the process.
            copy?.WriteLine(JsonSerializer.Serialize(written, Readable));
            copy?.Flush();
        }
    }

    /// <summary>The records that name this execution.</summary>
    public IReadOnlyList<JsonElement> Of(string executionArn)
    {
        lock (_gate) return [.. _records.Where(record => Names(record, "durableExecutionArn", executionArn) || Names(record, "executionArn", executionArn))];
    }

    private static bool Names(JsonElement record, string member, string executionArn) =>
        record.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == executionArn;
}

/// <summary>Writes the log lines of functions to a <see cref="RunLog"/>: the message, and what its scopes say.</summary>
internal sealed class RunLogProvider(RunLog log) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this, log);

    public void Dispose()
    {
    }

    private sealed class Logger(RunLogProvider provider, RunLog log) : ILogger
    {
        public IDisposable BeginScope<TState>(TState state) where TState : notnull => provider._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var record = new JsonObject { ["level"] = logLevel.ToString(), ["message"] = formatter(state, exception) };
            provider._scopes.ForEachScope(
                static (scope, fields) =>
                {
                    if (scope is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
                    foreach (var (name, value) in pairs) fields[name] = value?.ToString();
                },
                record);
            log.Write(record);
        }
    }
}
