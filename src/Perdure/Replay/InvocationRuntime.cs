using Microsoft.Extensions.Logging;
using Perdure.Client;
using Perdure.Operations;
using Perdure.Operations.Patch;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>
/// One invocation of one function: runs its code on the pump, delivers recorded causes in order, and decides when to stop.
/// </summary>
/// <remarks>
/// <para>
/// State is touched only on the pump; what happens elsewhere (a checkpoint's answer, a body's end, a signal) is posted to it.
/// </para>
/// <para>
/// The invocation rests when nothing is queued, no body runs, every update is acknowledged and every received cause is delivered. Then:
/// the root is done: finish. An open operation can be completed by the service: PENDING. Otherwise the code awaits something that is
/// not ours: keep the invocation and warn.
/// </para>
/// </remarks>
internal sealed partial class InvocationRuntime : IPumpOwner, ICheckpointOwner, ISignalled, IDisposable
{
    private readonly InvocationEnvironment _environment;
    private readonly Dictionary<string, DurableOperation> _asked = [];
    private readonly HashSet<DurableOperation> _open = [];
    private readonly Queue<Action> _whenCaughtUp = new();
    private readonly FunctionScheduler _scheduler;
    private readonly CauseQueue _causes;
    private readonly CancellationTokenSource _bodies = new();
    private readonly Completion<InvocationOutcome> _outcome;
    private readonly PollTimer _poll;
    private readonly ILogger _logger;
    private string _seenToken;
    private int _runningBodies;
    private bool _draining;
    private bool _holdsWork;
    private bool _repeats;
    private bool _isCutOff;
    private bool _finished;
    private InvocationOutcome? _rootOutcome;
    private InvocationHooks? _hooks;

    public InvocationRuntime(InvocationEnvironment environment, string arn, string checkpointToken, IReadOnlyList<Operation> operations)
    {
        _environment = environment;
        Arn = arn;
        _seenToken = checkpointToken;
        History = new ReplayHistory(operations);
        _logger = environment.LoggerFactory.CreateLogger("Perdure.Function");
        _scheduler = new FunctionScheduler(environment.Work, this);
        _outcome = environment.Work.NewCompletion<InvocationOutcome>();
        Writer = new CheckpointWriter(environment.Service, arn, checkpointToken, environment.Clock, this);
        _poll = new PollTimer(environment.Clock, Writer.Flush);
        _draining = environment.Options.Probe?.HoldsBodies == true;
        _causes = environment.Options.NewCauseQueue();
        foreach (var end in History.Ends()) _causes.Add(end);
        Scopes = new CancellationScopes(this);
        NoteCancellation(History.Execution);
    }

    public string Arn { get; }

    /// <summary>The log category of the function's own lines.</summary>
    public string FunctionCategory => field ??= "Perdure.Function." + (ArnParts.Function(Arn) ?? "unknown");

    public ReplayHistory History { get; }

    public CheckpointWriter Writer { get; }

    public InvocationEnvironment Environment => _environment;

    public PatchMarkers Patches => field ??= new PatchMarkers(this);

    public FunctionScheduler Scheduler => _scheduler;

    public CancellationScopes Scopes { get; }

    /// <summary>Operations that were asked for and whose end was not delivered.</summary>
    public IEnumerable<DurableOperation> Open => _open;

    /// <summary>Fires when bodies must end without being recorded: the execution was lost or the host cannot wait any longer.</summary>
    public CancellationToken BodiesToken => _bodies.Token;

    /// <summary>Runs the function until it finishes, suspends or breaks.</summary>
    public static async Task<InvocationOutcome> RunAsync(
        DurableExecutionInvocationInput input, Func<DurableContext, string?, Task<string?>> function, InvocationEnvironment environment)
    {
        var operations = await StatePages.LoadAsync(input, environment.Service).ConfigureAwait(false);
        using var runtime = new InvocationRuntime(environment, input.DurableExecutionArn, input.CheckpointToken, operations);
        if (environment.Interceptors is not { } chain) return await runtime.RunAsync(function).ConfigureAwait(false);
        runtime._hooks = new InvocationHooks(chain, input, operations, environment);
        return await runtime._hooks.RunAsync(() => runtime.RunAsync(function)).ConfigureAwait(false);
    }

    private Task<InvocationOutcome> RunAsync(Func<DurableContext, string?, Task<string?>> function)
    {
        _scheduler.PostFunctionCode(_ => RunRoot(function), null);
        _environment.Signals.Attach(this);
        return _outcome.Task;
    }

    // Not the token source of the bodies: a body that outlives the invocation may still ask it.
    public void Dispose()
    {
        _scheduler.Close();
        Writer.Dispose();
        _poll.Dispose();
        if (_runningBodies > 0) return;
        Scopes.Dispose();
        _bodies.Dispose();
    }

    private async void RunRoot(Func<DurableContext, string?, Task<string?>> function)
    {
        var root = DurableContext.Root(this);
        InvocationOutcome outcome;
        try
        {
#pragma warning disable CA2007 // This await must resume on the pump: the function's end is one of its turns.
            outcome = new InvocationOutcome.Succeeded(await function(root, History.Execution.ExecutionDetails?.InputPayload));
#pragma warning restore CA2007
        }
        catch (Exception error)
        {
            // Code that looked at its token instead of awaiting something durable was stopped all the same.
            outcome = new InvocationOutcome.Failed(ErrorObject.FromException(error is OperationCanceledException ? Scopes.Root.Reason ?? error : error));
        }

        _rootOutcome = outcome;
    }

    /// <summary>The code asks for an operation: new, open or finished long ago.</summary>
    public void Ask(DurableOperation operation)
    {
        if (_finished) return;
        if (!_asked.TryAdd(operation.Id, operation))
            throw new InvalidDurableOperationException($"{operation} was asked for twice in one context: a Key names one operation. Give each its own. [PDR0108]");

        _environment.Options.Probe?.OnAsked(operation.Request);
        var recorded = History.Find(operation.Id);
        History.OnAsked(operation.Id);
        if (recorded is not null)
        {
            try
            {
                DeterminismCheck.Require(recorded, operation.Request, Arn);
            }
            catch (NonDeterministicExecutionException mismatch)
            {
                // Not thrown into the function: it could catch it, and go on down a path that was never taken.
                Mismatch(mismatch);
                return;
            }
        }

        operation.Order = _asked.Count;
        if (operation.IsRecorded) _hooks?.OnAsked(operation.Request, operation.Context.RecordId, recorded);
        _open.Add(operation);
        operation.Begin(recorded);
    }

    /// <summary>Queues the recorded START of an operation among the causes.</summary>
    public void DeliverStartInOrder(Operation operation) => _causes.Add(new Cause(ReplayHistory.StartOf(operation), operation.Id, IsEnd: false));

    /// <summary>Runs something now, or when every recorded cause is delivered; never when the invocation is already over for the service.</summary>
    public void WhenCaughtUp(Action action)
    {
        if (_isCutOff) return;
        if (_causes.Count == 0) action();
        else _whenCaughtUp.Enqueue(action);
    }

    /// <summary>Whether a body may begin; false while draining, when it must wait for the next invocation.</summary>
    public bool TryBeginBody()
    {
        if (_draining)
        {
            _holdsWork = true;
            return false;
        }

        _runningBodies++;
        return true;
    }

    /// <summary>A body's outcome is recorded, or was dropped.</summary>
    public void EndBody() => _runningBodies--;

    bool IPumpOwner.OnIdle()
    {
        if (_finished) return false;
        if (_causes.TryTake(out var cause))
        {
            Deliver(cause);
            return true;
        }

        if (_whenCaughtUp.TryDequeue(out var action))
        {
            action();
            return true;
        }

        if (_runningBodies > 0)
        {
            _poll.Arm(_open);
            return false;
        }

        _environment.Options.Probe?.OnIdle();
        if (Writer.HasUnacknowledged)
        {
            Writer.Flush();
            return false;
        }

        // An answer is queued before it counts as acknowledged: one that came in since the queue was found empty is in it now.
        if (_scheduler.HasQueued) return true;
        Rest();
        return false;
    }

    private void Rest()
    {
        if (_repeats) Finish(new InvocationOutcome.Yielded());
        else if (_rootOutcome is not null)
        {
            if (History.Initial.FirstOrDefault(operation => !_asked.ContainsKey(operation.Id)) is { } forgotten)
                Mismatch(DeterminismCheck.NeverAsked(forgotten, Arn, _rootOutcome));
            else Finish(_rootOutcome);
        }
        else if (_holdsWork) Finish(new InvocationOutcome.Yielded());
        else if (_open.Any(operation => operation.AwaitsService && !operation.Context.IsFinished)) Finish(new InvocationOutcome.Pending(_seenToken));
        else WarnOfForeign("it waits for a task that no durable operation completes");
    }

    private void Deliver(Cause cause)
    {
        if (cause.OperationId == History.Execution.Id)
        {
            Scopes.Stop(Scopes.Root, static () => new ExecutionCancelledException());
            return;
        }

        var operation = History.Find(cause.OperationId)!; // causes are made from recorded operations
        if (!_asked.TryGetValue(cause.OperationId, out var asked))
        {
            Mismatch(DeterminismCheck.NeverAsked(operation, Arn, _rootOutcome));
            return;
        }

        // What a finished context left running never runs on: its outcome is recorded, and replay would not see it either.
        if (cause.IsEnd) _open.Remove(asked);
        if (asked.Context.IsFinished) return;
        if (cause.IsEnd)
        {
            asked.Context.Observe(operation.EndTimestamp ?? operation.StartTimestamp, operation.Id, endDelivered: true);
            asked.DeliverEnd(operation);
        }
        else
        {
            asked.Context.Observe(operation.StartTimestamp, operation.Id, endDelivered: false);
            asked.DeliverStart(operation);
        }
    }

    void ICheckpointOwner.OnAcknowledged(CheckpointResponse response) => _scheduler.PostInternal(
        state =>
        {
            Writer.OnTakenIn();
            _isCutOff = response.CheckpointToken is null; // what it says is taken in; no body begins any more
            _hooks?.OnAnswer(response.Operations);
            foreach (var operation in response.Operations) Change(operation);
            if (response.CheckpointToken is { } token) _seenToken = token;
            else Finish(new InvocationOutcome.Superseded());
        },
        null);

    private void NoteCancellation(Operation execution)
    {
        if (Scopes.NoteCancellation(execution) is { } cancellation) _causes.Add(cancellation);
    }

    private void Change(Operation operation)
    {
        if (operation.Id == History.Execution.Id)
        {
            NoteCancellation(operation);
            return;
        }

        var known = History.Find(operation.Id);
        if (known is not null && known.Status.IsTerminal()) return;

        // Not asked for yet is not the same as unknown: while the code still replays, the outside world may end what it has yet to ask for.
        // That end has its place in the order too.
        var asked = _asked.GetValueOrDefault(operation.Id);
        if (asked is null && known is null) return;
        History.Set(operation);
        _hooks?.OnChanged(operation);
        asked?.OnChanged(operation);
        if (!operation.Status.IsTerminal()) return;
        _causes.Add(new Cause(ReplayHistory.EndOf(operation), operation.Id, IsEnd: true));
        if (_environment.Options.Probe?.RepeatsAfterEveryOperation == true) _draining = _repeats = true;
    }

    void ICheckpointOwner.OnCheckpointFailed(Exception error) => _scheduler.PostInternal(
        _ => Finish(error switch
        {
            CheckpointRefusedException => new InvocationOutcome.Superseded(),
            InvalidTransitionException => new InvocationOutcome.Failed(ErrorObject.FromException(error)),
            _ => new InvocationOutcome.Crashed(ErrorObject.FromException(error)),
        }),
        null);

    public void Poll() => Writer.Flush();

    public void Drain() => _scheduler.PostInternal(_ => _draining = true, null);

    public void Lose() => _scheduler.PostInternal(_ => Finish(new InvocationOutcome.Superseded()), null);

    /// <summary>The code no longer matches the record: going on could repeat or skip an effect. The policy decides who looks at it.</summary>
    public void Mismatch(NonDeterministicExecutionException error) => Finish(
        _environment.Options.OnNonDeterminism == NonDeterminismPolicy.Park
            ? new InvocationOutcome.Mismatched(ErrorObject.FromException(error))
            : new InvocationOutcome.Failed(ErrorObject.FromException(error)));

    /// <summary>Ends the execution with an error that the function may not catch.</summary>
    public void Fail(DurableExecutionException error) => Finish(new InvocationOutcome.Failed(ErrorObject.FromException(error)));

    /// <summary>Ends the invocation so that it is repeated: the record could not be understood, or we are wrong.</summary>
    public void Crash(Exception error) => Finish(new InvocationOutcome.Crashed(ErrorObject.FromException(error)));

    private void Finish(InvocationOutcome outcome)
    {
        if (_finished) return;
        _finished = true;
        _scheduler.Close();
        Writer.Stop();
        _poll.Dispose();
        if (_runningBodies > 0) Scopes.Fire(_bodies.Cancel);
        _asked.Clear();
        _open.Clear();
        _outcome.Set(outcome);
    }

    void IPumpOwner.OnTurnFailed(Exception error) => Crash(error);
}
