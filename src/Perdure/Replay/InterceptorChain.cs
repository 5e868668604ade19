using Microsoft.Extensions.Logging;

namespace Perdure.Replay;

/// <summary>Calls every interceptor, whatever another one does. Made only where there is at least one.</summary>
internal sealed partial class InterceptorChain(IReadOnlyList<IDurableInterceptor> interceptors, ILogger logger)
{
    public static InterceptorChain? Of(IReadOnlyList<IDurableInterceptor> interceptors, ILoggerFactory loggers) =>
        interceptors.Count == 0 ? null : new InterceptorChain(interceptors, loggers.CreateLogger("Perdure.Interceptors"));

    /// <summary>A hook between two turns.</summary>
    public void Tell(Action<IDurableInterceptor> hook)
    {
        foreach (var interceptor in interceptors)
        {
            try
            {
                hook(interceptor);
            }
            catch (Exception error)
            {
                LogFailed(logger, interceptor.GetType(), error);
            }
        }
    }

    /// <summary>A hook off the pump.</summary>
    public async Task TellAsync(Func<IDurableInterceptor, ValueTask> hook)
    {
        foreach (var interceptor in interceptors)
        {
            try
            {
                await hook(interceptor).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                LogFailed(logger, interceptor.GetType(), error);
            }
        }
    }

    /// <summary>Runs something inside every interceptor's wrapper: exactly once, with its own outcome, whatever the wrappers do.</summary>
    public async Task<T> WrapAsync<T>(Func<IDurableInterceptor, Func<Task>, Task> wrap, Func<Task<T>> run)
    {
        Task<T>? inner = null;
        Func<Task> next = () => inner ??= run();
        foreach (var interceptor in interceptors.Reverse())
        {
            var around = next;
            next = () => GuardAsync(interceptor, wrap, around);
        }

        try
        {
            await next().ConfigureAwait(false);
        }
        catch (Exception) when (inner is { IsCompletedSuccessfully: false })
        {
            // The outcome of what was wrapped; it is thrown below.
        }

        return await (inner ??= run()).ConfigureAwait(false);
    }

    private async Task GuardAsync(IDurableInterceptor interceptor, Func<IDurableInterceptor, Func<Task>, Task> wrap, Func<Task> around)
    {
        Task? called = null;
        try
        {
            await wrap(interceptor, () => called ??= around()).ConfigureAwait(false);
        }
        catch (Exception error) when (called is not { IsFaulted: true } and not { IsCanceled: true })
        {
            LogFailed(logger, interceptor.GetType(), error);
        }

        await (called ?? around()).ConfigureAwait(false);
    }

    public IEnumerable<KeyValuePair<string, object?>> LogFields(string executionArn)
    {
        List<KeyValuePair<string, object?>> fields = [];
        Tell(interceptor => fields.AddRange(interceptor.EnrichLog(executionArn)));
        return fields;
    }

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "The interceptor {Interceptor} threw; the execution is not affected.")]
    private static partial void LogFailed(ILogger logger, Type interceptor, Exception error);
}
