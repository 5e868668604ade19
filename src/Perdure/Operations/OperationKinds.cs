using System.Collections.Frozen;
using Perdure.Operations.Callback;
using Perdure.Operations.Context;
using Perdure.Operations.Execution;
using Perdure.Operations.Invoke;
using Perdure.Operations.Step;
using Perdure.Operations.Wait;
using Perdure.Protocol;

namespace Perdure.Operations;

/// <summary>The list of kinds: adding one is a folder and a line here.</summary>
internal static class OperationKinds
{
    public static ExecutionKind Execution { get; } = new();

    private static readonly FrozenDictionary<string, OperationKind> All = new OperationKind[]
    {
        Execution,
        new StepKind(),
        new WaitKind(),
        new CallbackKind(),
        new ContextKind(),
        new InvokeKind(),
    }.ToFrozenDictionary(kind => kind.Type);

    public static IEnumerable<OperationKind> List => All.Values;

    public static OperationKind? Find(string type) => All.GetValueOrDefault(type);

    /// <summary>The kind of a recorded operation. An unknown one is refused: it was written by a newer version.</summary>
    public static OperationKind Get(string type) => Find(type) ?? throw new UnknownWireValueException("operation type", type);
}
