using Microsoft.Extensions.Logging;

namespace Perdure.Replay;

/// <summary>The scopes of one invocation, and what stopping one of them does. Lives on the pump.</summary>
internal sealed partial class CancellationScopes : IDisposable
{
    private readonly InvocationRuntime _runtime;
    private readonly List<CancellationScope> _scopes = [];
    private bool _cancellationKnown;

    public CancellationScopes(InvocationRuntime runtime)
    {
        _runtime = runtime;
        Root = New(null);
    }

    /// <summary>What the cancellation of the execution stops.</summary>
    public CancellationScope Root { get; }

    /// <summary>A scope in another one; for null one that nothing around it stops.</summary>
    public CancellationScope New(CancellationScope? parent)
    {
        var scope = parent?.NewChild() ?? CancellationScope.Root(_runtime.BodiesToken);
        _scopes.Add(scope);
        return scope;
    }

    /// <summary>Stops the code of a scope: in the next turn its token fires and what it awaits throws, in the order in which it was asked for; then bodies are told.</summary>
    public void Stop(CancellationScope scope, Func<DurableExecutionException> reason)
    {
        if (!scope.Stop(reason)) return;

        // Like a delivery, in a turn without a context: continuations must not lead away from the pump.
        _runtime.Scheduler.PostInternal(
            _ =>
            {
                Fire(scope.FireToken);
                foreach (var operation in _runtime.Open.Where(operation => scope.Contains(operation.Context.Scope)).OrderBy(static operation => operation.Order).ToList())
                {
                    // As with every delivery: what a finished context left running never runs on. An interruption before may have finished it.
                    if (!operation.Context.IsFinished) operation.Interrupt(reason());
                }

                _runtime.Environment.Work.Post(() => Fire(scope.FireBodyToken));
            },
            null);
    }

    /// <summary>The place of a recorded request to cancel among the causes; null when there is none, or when it is known.</summary>
    public Cause? NoteCancellation(Operation execution)
    {
        if (_cancellationKnown || execution.Sequence?.Signalled is not { } at) return null;
        _cancellationKnown = true;
        return new Cause(at, execution.Id, IsEnd: false);
    }

    /// <summary>Fires a token. A callback that throws is its author's mistake, and must not cost the invocation.</summary>
    public void Fire(Action token)
    {
        try
        {
            token();
        }
        catch (AggregateException error)
        {
            LogCallbackFailed(_runtime.Environment.LoggerFactory.CreateLogger("Perdure.Function"), _runtime.Arn, error);
        }
    }

    public void Dispose()
    {
        foreach (var scope in _scopes) scope.Dispose();
    }

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "A callback registered on a cancellation token by the code of {Arn} threw.")]
    private static partial void LogCallbackFailed(ILogger logger, string arn, Exception error);
}
