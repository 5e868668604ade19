namespace Perdure.Tests.Simulation;

/// <summary>The outside world of one execution: starts it, answers its callbacks and may cancel it, again and again until it is certain to have been heard.</summary>
internal sealed class SimActors(SimWorld world, string name)
{
    private Task<string>? _start;
    private int _startedInLife = -1;
    private Task? _answer;
    private int _answeredInLife;
    private string? _answering;
    private readonly HashSet<string> _answered = [];
    private Task<bool>? _cancel;
    private int _cancelledInLife;
    private bool _cancelHeard;
    private int _looks;
    private (int Commits, int Kills) _seen;
    private ExecutionDescription? _description;

    public string? Arn { get; private set; }

    /// <summary>When to cancel, by how often it looked on before; null for never.</summary>
    public int? CancelAfter { get; set; }

    /// <summary>When to cancel, by what is on record; null for never.</summary>
    public Func<IReadOnlyList<Operation>, bool>? CancelWhen { get; set; }

    /// <summary>Whether anybody asked to cancel.</summary>
    public bool HasCancelled => _cancel is not null;

    /// <summary>Does one thing; false when there is nothing to do for now.</summary>
    public bool Act()
    {
        if (Arn is null) return Start();
        return Cancel() || Answer();
    }

    private bool Start()
    {
        if (_start is { IsCompletedSuccessfully: true }) Arn = _start.Result;
        if (Arn is not null) return false;

        // A start whose node died, or that failed, is repeated under the same name: it must not make a second execution.
        if (_start is not null && _startedInLife == world.Kills && !_start.IsFaulted) return false;
        _startedInLife = world.Kills;
        _start = world.Client.StartAsync("sim", "input", new StartOptions { ExecutionName = name });
        return true;
    }

    private bool Cancel()
    {
        if (_cancelHeard || (_cancel is null && !IsTimeToCancel())) return false;
        if (_cancel is { IsCompletedSuccessfully: true })
        {
            _cancelHeard = true;
            return false;
        }

        if (_cancel is not null && _cancelledInLife == world.Kills && !_cancel.IsFaulted) return false;
        _cancelledInLife = world.Kills;
        _cancel = world.Client.CancelAsync(Arn!, "changed our mind");
        return true;
    }

    private bool IsTimeToCancel() =>
        (CancelAfter is { } looks && _looks++ >= looks) || (CancelWhen is { } when && when(SimWorld.Sync(world.Client.GetOperationsAsync(Arn!))));

    private bool Answer()
    {
        if (_answering is not null)
        {
            if (_answer!.IsCompletedSuccessfully || _answer.Exception?.InnerException is CallbackClosedException) _answered.Add(_answering);
            else if (_answeredInLife == world.Kills && !_answer.IsFaulted) return false;
            _answering = null;
        }

        var open = SimWorld.Sync(world.Client.GetOperationsAsync(Arn!)).FirstOrDefault(operation =>
            operation.CallbackDetails is not null && operation.EndTimestamp is null
            && !_answered.Contains(operation.CallbackDetails.CallbackId) && operation.Name?.Contains("!timeout", StringComparison.Ordinal) != true);
        if (open is null || world.Random.Next(3) == 0) return false;
        _answering = open.CallbackDetails!.CallbackId;
        _answeredInLife = world.Kills;
        _answer = open.Name!.Contains("!fail", StringComparison.Ordinal)
            ? world.Client.SendCallbackFailureAsync(_answering, new ErrorObject { ErrorType = "Refused", ErrorMessage = "no" })
            : world.Client.SendCallbackSuccessAsync(_answering, "yes");
        return true;
    }

    /// <summary>What is known of the execution. Read anew only after a commit: it is asked after every item of work.</summary>
    public ExecutionDescription? Describe()
    {
        if (Arn is null) return null;
        if (_description is not null && _seen == (world.Commits, world.Kills)) return _description;
        _seen = (world.Commits, world.Kills);
        return _description = SimWorld.Sync(world.Client.GetAsync(Arn));
    }

    public bool IsOver => Describe() is { Status: not ExecutionStatus.Running };
}
