using Microsoft.Extensions.Logging;

namespace Perdure.Replay;

/// <summary>What the invocation does about code that was resumed by, or waits for, something that is not a durable operation.</summary>
internal sealed partial class InvocationRuntime
{
    private bool _warnedOfForeign;

    void IPumpOwner.OnForeignPost()
    {
        if (_environment.Options.StrictDeterminism)
        {
            _scheduler.PostInternal(
                _ => Fail(new NonDeterministicExecutionException(
                    $"The code of {Arn} was resumed by something that is not a durable operation, and StrictDeterminism is on. " +
                    "Outside step bodies await only tasks from the context, and combinators of them. [PDR0102]")),
                null);
            return;
        }

        WarnOfForeign("it was resumed by something that is not a durable operation");
    }

    private void WarnOfForeign(string what)
    {
        if (_warnedOfForeign) return;
        _warnedOfForeign = true;
        LogForeign(_logger, Arn, what);
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning,
        Message = "Function code of {Arn} awaits something foreign: {What}. It cannot be replayed in order and cannot suspend meanwhile; do such work inside a step. [PDR0102]")]
    private static partial void LogForeign(ILogger logger, string arn, string what);
}
