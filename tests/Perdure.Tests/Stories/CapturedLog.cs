using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Perdure.Tests.Stories;

/// <summary>Everything that was logged, with level and scopes.</summary>
internal sealed class CapturedLog : ILoggerFactory, ILogger
{
    private readonly AsyncLocal<IReadOnlyList<KeyValuePair<string, object?>>?> _scope = new();

    public ConcurrentQueue<(LogLevel Level, string Message, IReadOnlyList<KeyValuePair<string, object?>> Scope)> Lines { get; } = new();

    public IEnumerable<string> Messages => Lines.Select(line => line.Message);

    public void AddTo(IPerdureBuilder builder) => builder.Services.AddSingleton<ILoggerFactory>(this);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull
    {
        _scope.Value = state as IReadOnlyList<KeyValuePair<string, object?>>;
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception), _scope.Value ?? []));

    public void Dispose()
    {
    }
}
