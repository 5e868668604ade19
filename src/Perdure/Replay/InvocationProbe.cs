namespace Perdure.Replay;

/// <summary>What the test kit sees and decides inside an invocation. Production has none.</summary>
/// <remarks>All members but <see cref="BeforeBodyAsync"/> run on the pump.</remarks>
internal abstract class InvocationProbe
{
    /// <summary>No body runs: the invocation only goes over its record.</summary>
    public virtual bool HoldsBodies => false;

    /// <summary>Once an operation has ended, the invocation is repeated from the record before the code may do anything new.</summary>
    public virtual bool RepeatsAfterEveryOperation => false;

    /// <summary>The code asked for an operation, new or recorded.</summary>
    public virtual void OnAsked(OperationRequest request)
    {
    }

    /// <summary>A body would have begun.</summary>
    public virtual void OnBodyHeld(OperationRequest request)
    {
    }

    /// <summary>The code has nothing to run now, and no body runs: it is about to be seen whether anything is still under way.</summary>
    public virtual void OnIdle()
    {
    }

    /// <summary>A body is about to begin, in the flow that it will run in.</summary>
    public virtual Task BeforeBodyAsync(OperationRequest request) => Task.CompletedTask;
}
