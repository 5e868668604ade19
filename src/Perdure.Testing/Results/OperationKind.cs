namespace Perdure.Testing;

/// <summary>What kind of operation a <see cref="TestStep"/> is.</summary>
public enum OperationKind
{
    /// <summary>A body that runs in attempts: a step, or the checks of a condition.</summary>
    Step,

    /// <summary>A pause.</summary>
    Wait,

    /// <summary>A question to the outside world.</summary>
    Callback,

    /// <summary>A call of another function.</summary>
    ChainedInvoke,

    /// <summary>A group of operations: a child context, a map, a parallel, one of their branches, a wait for a callback.</summary>
    Context,

    /// <summary>The execution itself; never among <see cref="TestResult{TOutput}.Steps"/>.</summary>
    Execution,
}
