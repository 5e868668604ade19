using Perdure.Operations.Patch;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>What is recorded of the execution: as it was when the invocation began, and as it is now.</summary>
internal sealed class ReplayHistory
{
    private readonly Dictionary<string, Operation> _initial;
    private readonly Dictionary<string, Operation> _current;
    private readonly Dictionary<string, int> _unasked = [];

    public ReplayHistory(IReadOnlyList<Operation> operations)
    {
        Execution = operations.FirstOrDefault(operation => operation.Type == OperationTypes.Execution)
            ?? throw new DurableExecutionException("The invocation envelope has no EXECUTION operation; the function was not invoked by a durable service.");
        var recorded = operations.Where(operation => operation != Execution).ToLookup(PatchMarkers.IsMarker);
        Markers = [.. recorded[true]];
        _initial = recorded[false].ToDictionary(operation => operation.Id);
        _current = new Dictionary<string, Operation>(_initial);
        foreach (var operation in Initial)
        {
            var context = operation.ParentId ?? "";
            _unasked[context] = _unasked.GetValueOrDefault(context) + 1;
        }
    }

    public Operation Execution { get; }

    public IEnumerable<Operation> Initial => _initial.Values;

    /// <summary>Recorded answers to questions about the code's version; not operations that the code waits for.</summary>
    public IReadOnlyList<Operation> Markers { get; }

    /// <summary>Whether any recorded operation has not been asked for yet: an earlier invocation was further than the code is now.</summary>
    public bool IsBehind => _unasked.Count > 0;

    /// <summary>Whether a recorded operation of this context, of the root for null, has not been asked for yet.</summary>
    public bool HasUnasked(string? contextId) => _unasked.ContainsKey(contextId ?? "");

    /// <summary>The code asks for an operation.</summary>
    public void OnAsked(string id)
    {
        if (!_initial.TryGetValue(id, out var operation)) return;
        var context = operation.ParentId ?? "";
        if (--_unasked[context] == 0) _unasked.Remove(context);
    }

    public Operation? Find(string id) => _current.GetValueOrDefault(id);

    /// <summary>Whether the operation was already recorded when this invocation began.</summary>
    public bool WasRecorded(string id) => _initial.ContainsKey(id);

    /// <summary>Whether the operation's end was already recorded when this invocation began.</summary>
    public bool HadEnded(string id) => _initial.TryGetValue(id, out var operation) && operation.Status.IsTerminal();

    public void Set(Operation operation) => _current[operation.Id] = operation;

    /// <summary>The ends recorded before this invocation: what replay delivers.</summary>
    public IEnumerable<Cause> Ends() => Initial
        .Where(operation => operation.Status.IsTerminal())
        .Select(operation => new Cause(EndOf(operation), operation.Id, IsEnd: true));

    /// <summary>Where the operation's end stands in the recorded order. Without a sequence, its end time decides.</summary>
    public static long EndOf(Operation operation) =>
        operation.Sequence?.Ended ?? (operation.EndTimestamp ?? operation.StartTimestamp).ToUnixTimeMilliseconds();

    public static long StartOf(Operation operation) => operation.Sequence?.Started ?? operation.StartTimestamp.ToUnixTimeMilliseconds();
}
