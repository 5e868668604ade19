using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Perdure.Replay;

/// <summary>What runs when the pump has nothing queued, and what the pump reports.</summary>
internal interface IPumpOwner
{
    /// <summary>The queue is empty and no turn runs. True when something was done and the pump should look again.</summary>
    bool OnIdle();

    /// <summary>Something that is not ours resumed function code.</summary>
    void OnForeignPost();

    /// <summary>A turn threw: only <c>async void</c> code or a bug of ours can.</summary>
    void OnTurnFailed(Exception error);
}

/// <summary>
/// Runs the code of one invocation of a function, one turn at a time, so that the order in which the code runs is ours to decide.
/// </summary>
/// <remarks>
/// <para>
/// It is a <see cref="SynchronizationContext"/>: a plain <c>await</c> in function code captures it and is posted to the queue. A
/// <em>delivery</em> completes the function's task with no context set, so <c>ConfigureAwait(false)</c> continuations run inside the
/// delivery instead of escaping to the thread pool. Completing under our own context lets most such functions escape (the ordering
/// test keeps that as a control).
/// </para>
/// <para>
/// "On the pump" is the thread-static <see cref="t_current"/>, never <see cref="SynchronizationContext.Current"/>: code after
/// <c>ConfigureAwait(false)</c> has no context and is still on the pump.
/// </para>
/// </remarks>
internal sealed class FunctionScheduler : SynchronizationContext
{
    [ThreadStatic]
    private static FunctionScheduler? t_current;

    private readonly Lock _gate = new();
    private readonly Queue<Turn> _queue = new();
    private readonly WorkQueue _work;
    private readonly IPumpOwner _owner;
    private bool _pumping;
    private bool _closed;

    public FunctionScheduler(WorkQueue work, IPumpOwner owner)
    {
        _work = work;
        _owner = owner;
        SetWaitNotificationRequired();
    }

    /// <summary>Whether the calling code is in a turn of this scheduler.</summary>
    public bool IsOnPump => t_current == this;

    /// <summary>A continuation of function code.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsOnPump) _owner.OnForeignPost();
        Enqueue(new Turn(d, state, IsFunctionCode: true));
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("SynchronizationContext.Send would block the function's only thread; use Post or await.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Work of the runtime itself: same queue, no context, so no function code can be captured by it.</summary>
    public void PostInternal(SendOrPostCallback work, object? state) => Enqueue(new Turn(work, state, IsFunctionCode: false));

    /// <summary>Function code's first turn, or the first turn of a child context's body.</summary>
    public void PostFunctionCode(SendOrPostCallback work, object? state) => Enqueue(new Turn(work, state, IsFunctionCode: true));

    /// <summary>Looks again although nothing was queued.</summary>
    public void Wake() => PostInternal(static _ => { }, null);

    /// <summary>Whether something waits for its turn.</summary>
    public bool HasQueued
    {
        get
        {
            lock (_gate) return _queue.Count > 0;
        }
    }

    /// <summary>After this, posts are dropped: what has not run never runs.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _queue.Clear();
        }
    }

    private void Enqueue(Turn turn)
    {
        lock (_gate)
        {
            if (_closed) return;
            _queue.Enqueue(turn);
            if (_pumping) return;
            _pumping = true;
        }

        _work.Post(static state => ((FunctionScheduler)state!).Pump(), this); // the state is this scheduler
    }

    private void Pump()
    {
        Debug.Assert(t_current is null, "A pump never runs inside another.");
        var outer = Current;
        t_current = this;
        try
        {
            while (true)
            {
                if (TryDequeue(out var turn)) Run(turn);
                else if (!RunIdle() && TryPark()) return;
            }
        }
        finally
        {
            t_current = null;
            SetSynchronizationContext(outer);
        }
    }

    private bool TryDequeue(out Turn turn)
    {
        lock (_gate) return _queue.TryDequeue(out turn);
    }

    private bool TryPark()
    {
        lock (_gate)
        {
            if (_queue.Count > 0) return false;
            _pumping = false;
            return true;
        }
    }

    private void Run(Turn turn)
    {
        SetSynchronizationContext(turn.IsFunctionCode ? this : null);
        try
        {
            turn.Work(turn.State);
        }
        catch (Exception error)
        {
            _owner.OnTurnFailed(error);
        }
    }

    private bool RunIdle()
    {
        SetSynchronizationContext(null);
        try
        {
            return _owner.OnIdle();
        }
        catch (Exception error)
        {
            _owner.OnTurnFailed(error);
            return false;
        }
    }

    /// <summary>A turn that blocks would wait for work that only the pump can do. Contended locks are short and allowed.</summary>
    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        if (!IsOnPump || IsLockContention()) return base.Wait(waitHandles, waitAll, millisecondsTimeout);
        throw new InvalidDurableOperationException(
            "The function blocked its thread (Task.Wait, Task.Result, WaitOne or similar). Nothing can complete while it does: use await. [PDR0103]");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsLockContention()
    {
        foreach (var frame in new StackTrace(skipFrames: 2, fNeedFileInfo: false).GetFrames().Take(6))
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } method) continue;
            if (method.DeclaringTypeName is "System.Threading.Lock") return true;
            if (method.DeclaringTypeName is "System.Threading.Monitor") return method.Name.StartsWith("Enter", StringComparison.Ordinal);
        }

        return false;
    }

    private readonly record struct Turn(SendOrPostCallback Work, object? State, bool IsFunctionCode);
}
