using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Client;
using Perdure.Hosting;
using Perdure.Operations;
using Perdure.Operations.Patch;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>One recorded execution, run once over its record on the calling thread, and what it shows of today's code.</summary>
internal sealed class HistoryReplay : InvocationProbe, IDurableService
{
    private readonly RecordedExecution _record;
    private readonly List<Operation> _shown;
    private readonly HashSet<string> _recorded;
    private readonly Dictionary<string, OperationRequest> _asked = [];
    private OperationRequest? _firstNew;

    public HistoryReplay(RecordedExecution record)
    {
        _record = record;
        _shown = [.. ShownOperations.Of(record.Operations)];
        _recorded = [.. _shown.Select(static operation => operation.Id)];
    }

    /// <returns>Why it does not replay; null when it does.</returns>
    public async Task<string?> RunAsync(FunctionHandler handler, ReplayVerifierOptions options, IServiceProvider services)
    {
        var input = new DurableExecutionInvocationInput
        {
            DurableExecutionArn = _record.Execution.Arn,
            CheckpointToken = "replay",
            InitialExecutionState = new InitialExecutionState { Operations = _shown },
        };
        var work = new CallersThread();
        var signals = new InvocationSignals();
        var invocation = handler.InvokeAsync(input, Environment(options, work, signals), services);
        work.RunAll();

        // Everything has been delivered, and what the code still awaits is not in the record.
        signals.Lose();
        work.RunAll();
        return Judge(await invocation.ConfigureAwait(false));
    }

    private InvocationEnvironment Environment(ReplayVerifierOptions options, CallersThread work, InvocationSignals signals)
    {
        var timeout = _record.Events.Select(static e => e.ExecutionStartedDetails?.ExecutionTimeout).FirstOrDefault(static seconds => seconds is not null);
        return new InvocationEnvironment
        {
            Service = this,
            Work = work,
            Clock = new ManualTimeProvider(_record.Events.Select(static e => e.EventTimestamp).DefaultIfEmpty(_record.Execution.StartedAt).Max()),
            LoggerFactory = options.LoggerFactory ?? NullLoggerFactory.Instance,
            Serializer = options.Serializer ?? new JsonDurableSerializer(),
            RequestId = "replay",
            Signals = signals,
            Options = new RuntimeOptions { StrictDeterminism = true, OnNonDeterminism = NonDeterminismPolicy.Fail, Probe = this },
            Deadline = timeout is { } seconds ? _record.Execution.StartedAt.AddSeconds(seconds) : null,
        };
    }

    public override bool HoldsBodies => true;

    public override void OnAsked(OperationRequest request) => _asked[request.Id] = request;

    public override void OnBodyHeld(OperationRequest request) => NoteIfNew(request);

    /// <summary>Nothing is written, and nothing answered: the rest of the code runs on as far as the record goes.</summary>
    Task<CheckpointResponse> IDurableService.CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        // Answers of Patched are no operations that the code asks for, and nothing waits for them: a new one is what a patch is for.
        var asked = request.Updates.Where(update => _asked.ContainsKey(update.Id)).ToList();
        foreach (var update in asked) NoteIfNew(_asked[update.Id]);
        return asked.Count == 0 ? Task.FromResult(new CheckpointResponse(request.CheckpointToken, [])) : new TaskCompletionSource<CheckpointResponse>().Task;
    }

    // No body runs, so none has anything to say.
    Task IDurableService.BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken) => Task.CompletedTask;

    Task<string?> IDurableService.GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    Task<InitialExecutionState> IDurableService.GetStateAsync(string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException("A history has one page.");

    private void NoteIfNew(OperationRequest request)
    {
        if (!_recorded.Contains(request.Id)) _firstNew ??= request;
    }

    private bool IsOver => _record.Execution.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed;

    private string? Judge(InvocationOutcome outcome)
    {
        if (IsOver && _firstNew is null && EndOf(outcome) == RecordedEnd) return null;
        switch (outcome)
        {
            case InvocationOutcome.Failed { Error: var error } when error.ErrorType == typeof(NonDeterministicExecutionException).FullName:
                return error.ErrorMessage;
            case InvocationOutcome.Crashed crashed:
                return $"The code broke: {crashed.Error.ErrorType}: {crashed.Error.ErrorMessage}";
        }

        // What an execution under way does beyond its record is its future, not its past.
        if (IsOver && _firstNew is { } added)
            return $"At position {added.Position} the code asks for {added}, which is not recorded: it was added or moved.";
        if (_shown.Skip(1).FirstOrDefault(operation => !PatchMarkers.IsMarker(operation) && !_asked.ContainsKey(operation.Id)) is { } left)
        {
            var missing = $"{OperationRequest.Describe(left.SubType ?? left.Type, left.Name)} (operation {left.Id}), which is recorded";
            return EndOf(outcome) is { } early ? $"The code {early} before it asks for {missing}." : $"The code never asks for {missing}: it was removed, or comes later now.";
        }

        return IsOver ? $"The code {EndOf(outcome) ?? "waits for something that is not recorded"}; recorded is that it {RecordedEnd}." : null;
    }

    private string RecordedEnd => EndOf(_record.Execution.Status == ExecutionStatus.Succeeded
        ? new InvocationOutcome.Succeeded(_record.Execution.Result)
        : new InvocationOutcome.Failed(_record.Execution.Error ?? new ErrorObject()))!; // both have one

    private static string? EndOf(InvocationOutcome outcome) => outcome switch
    {
        InvocationOutcome.Succeeded succeeded => $"returns {succeeded.Result ?? "nothing"}",
        InvocationOutcome.Failed failed => $"throws {failed.Error.ErrorType}: {failed.Error.ErrorMessage}",
        _ => null,
    };
}
