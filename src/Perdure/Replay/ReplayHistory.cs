using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>What is recorded of the execution: as it was when the invocation began, and as it is now.</summary>
internal sealed class ReplayHistory
{
    private readonly Dictionary<string, Operation> _initial;
    private readonly Dictionary<string, Operation> _current;

    public ReplayHistory(IReadOnlyList<Operation> operations)
    {
        Execution = operations.FirstOrDefault(operation => operation.Type == OperationTypes.Execution)
            ?? throw new DurableExecutionException("The invocation envelope has no EXECUTION operation; the function was not invoked by a durable service.");
        _initial = operations.Where(operation => operation != Execution).ToDictionary(operation => operation.Id);
        _current = new Dictionary<string, Operation>(_initial);
    }

    public Operation Execution { get; }

    public IEnumerable<Operation> Initial => _initial.Values;

    public Operation? Find(string id) => _current.GetValueOrDefault(id);

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
