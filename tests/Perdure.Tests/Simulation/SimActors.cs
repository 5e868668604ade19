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
    private readonly SimRequest _cancel = new(world);
    private readonly SimRequest _pause = new(world);
    private readonly SimRequest _resume = new(world);
    private int _looks;
    private int _pauseLooks;
    private (int Commits, int Kills) _seen;
    private ExecutionDescription? _description;

    public string? Arn { get; private set; }

    /// <summary>When to cancel, by how often it looked on before; null for never.</summary>
    public int? CancelAfter { get; set; }

    /// <summary>When to cancel, by what is on record; null for never.</summary>
    public Func<IReadOnlyList<Operation>, bool>? CancelWhen { get; set; }

    /// <summary>When to pause, by how often it looked on before; null for never. It is resumed as often later.</summary>
    public int? PauseAfter { get; set; }

    /// <summary>Whether anybody asked to cancel.</summary>
    public bool HasCancelled => _cancel.IsMade;

    /// <summary>Whether anybody asked to pause: what is in the middle of its body then runs again.</summary>
    public bool HasPaused => _pause.IsMade;

    /// <summary>Does one thing; false when there is nothing to do for now.</summary>
    public bool Act()
    {
        if (Arn is null) return Start();
        return Cancel() || Pause() || Answer();
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

    private bool Cancel() => (_cancel.IsMade || IsTimeToCancel()) && _cancel.Make(() => world.Client.CancelAsync(Arn!, "changed our mind"));

    private bool Pause()
    {
        if (PauseAfter is not { } looks) return false;
        _pauseLooks++;
        if (_pauseLooks > looks && _pause.Make(() => world.Client.PauseAsync(Arn!, "have a look"))) return true;
        return _pause.IsHeard && _pauseLooks > 2 * looks && _resume.Make(() => world.Client.ResumeAsync(Arn!, "looked"));
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

    public bool IsOver => Describe() is { } description && description.Status.IsOver();
}

/// <summary>What an operator asks, again until it is certain to have been heard: a node that dies, or a store that fails, may have swallowed it.</summary>
internal sealed class SimRequest(SimWorld world)
{
    private Task? _request;
    private int _madeInLife;

    public bool IsMade => _request is not null;

    public bool IsHeard { get; private set; }

    /// <summary>Does one thing; false when there is nothing to do for now.</summary>
    public bool Make(Func<Task> request)
    {
        if (IsHeard) return false;
        if (_request is { IsCompletedSuccessfully: true })
        {
            IsHeard = true;
            return false;
        }

        if (_request is not null && _madeInLife == world.Kills && !_request.IsFaulted) return false;
        _madeInLife = world.Kills;
        _request = request();
        return true;
    }
}
