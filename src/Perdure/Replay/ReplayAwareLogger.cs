using Microsoft.Extensions.Logging;

namespace Perdure.Replay;

/// <summary>Silent while its context replays, so that a line is written once however often the code runs over it.</summary>
/// <remarks>Exact at checkpoint granularity: a crash after a line and before the next checkpoint repeats the line.</remarks>
internal sealed class ReplayAwareLogger(
    ILogger inner, IReadOnlyList<KeyValuePair<string, object?>> scope, Func<bool>? isReplaying, Func<IEnumerable<KeyValuePair<string, object?>>>? enrich = null) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => isReplaying?.Invoke() != true && inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;

        // A sink may block for a moment (a full console queue); on the pump's context that would count as blocking the function.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            using (inner.BeginScope(enrich is null ? scope : [.. scope, .. enrich()])) inner.Log(logLevel, eventId, state, exception, formatter);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
