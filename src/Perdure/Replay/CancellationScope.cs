namespace Perdure.Replay;

/// <summary>Code that can be told to stop together: the whole function when its execution is cancelled, or a block when its deadline passes.</summary>
/// <remarks>
/// <para>
/// It fires only because of a delivered cause, so every replay fires it at the same point. From then on what the code awaits in the scope throws
/// the reason, and so does whatever it asks for next. Contexts are the exception: their bodies are told, and they end by themselves, with what
/// their bodies make of it.
/// </para>
/// <para>
/// There are two tokens because of who runs their callbacks: the code's fires inside a turn, in recorded order; the bodies' fires off the pump,
/// where a callback may block.
/// </para>
/// </remarks>
internal sealed class CancellationScope : IDisposable
{
    private readonly CancellationScope? _parent;
    private readonly CancellationTokenSource _code;
    private readonly CancellationTokenSource _bodies;
    private Func<DurableExecutionException>? _reason;

    private CancellationScope(CancellationScope? parent, CancellationToken bodies)
    {
        _parent = parent;
        _code = parent is null ? new CancellationTokenSource() : CancellationTokenSource.CreateLinkedTokenSource(parent._code.Token);
        _bodies = CancellationTokenSource.CreateLinkedTokenSource(bodies);
    }

    /// <summary>A scope that nothing around it stops.</summary>
    /// <param name="bodies">What ends every body of the invocation, whatever its scope.</param>
    public static CancellationScope Root(CancellationToken bodies) => new(null, bodies);

    /// <summary>A scope that is stopped with this one, or alone.</summary>
    public CancellationScope NewChild() => new(this, _bodies.Token);

    /// <summary>For function code.</summary>
    public CancellationToken Token => _code.Token;

    /// <summary>For step bodies.</summary>
    public CancellationToken BodyToken => _bodies.Token;

    /// <summary>Why it was stopped, as a new exception each time; null while it was not.</summary>
    public DurableExecutionException? Reason => _reason?.Invoke() ?? _parent?.Reason;

    public void ThrowIfStopped()
    {
        if (Reason is { } reason) throw reason;
    }

    /// <summary>Whether stopping this scope stops that one.</summary>
    public bool Contains(CancellationScope scope)
    {
        for (var at = scope; at is not null; at = at._parent)
        {
            if (at == this) return true;
        }

        return false;
    }

    /// <summary>Whether this token is the scope's own or that of one around it: bodies get the scope's anyway.</summary>
    public bool Covers(CancellationToken token) => token == _code.Token || _parent?.Covers(token) == true;

    /// <summary>Stops it, for the first reason given.</summary>
    /// <returns>False when it was stopped already.</returns>
    public bool Stop(Func<DurableExecutionException> reason)
    {
        if (Reason is not null) return false;
        _reason = reason;
        return true;
    }

    public void FireToken() => _code.Cancel();

    public void FireBodyToken()
    {
        try
        {
            _bodies.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The invocation ended meanwhile: no body is left to be told.
        }
    }

    public void Dispose()
    {
        _code.Dispose();
        _bodies.Dispose();
    }
}
