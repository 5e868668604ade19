namespace Perdure.Tests.Simulation;

/// <summary>The outside world of one execution: starts it, and answers its callbacks, again and again until it is certain to have been heard.</summary>
internal sealed class SimActors(SimWorld world, string name)
{
    private Task<string>? _start;
    private int _startedInLife = -1;
    private Task? _answer;
    private int _answeredInLife;
    private string? _answering;
    private readonly HashSet<string> _answered = [];

    public string? Arn { get; private set; }

    /// <summary>Does one thing; false when there is nothing to do for now.</summary>
    public bool Act()
    {
        if (Arn is null) return Start();
        return Answer();
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

    public ExecutionDescription? Describe() => Arn is null ? null : SimWorld.Sync(world.Client.GetAsync(Arn));

    public bool IsOver => Describe() is { Status: not ExecutionStatus.Running };
}
