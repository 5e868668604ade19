namespace Perdure.Engine.Executions;

/// <summary>When an execution next needs somebody, and whom: the whole to-do list is this function of its state.</summary>
internal static class WakeRule
{
    /// <summary>The queue of work that needs no function code.</summary>
    public const string ServiceQueue = "~service";

    /// <param name="function">The execution's function.</param>
    /// <param name="isTerminal">Whether it is over.</param>
    /// <param name="leaseUntil">End of the running invocation's lease; null when none runs.</param>
    /// <param name="control">How it is steered.</param>
    /// <param name="isPaused">Whether somebody paused it.</param>
    /// <param name="earliestTimer">Its earliest timer, the execution's own deadline included.</param>
    /// <param name="now">Now.</param>
    public static (string Queue, DateTimeOffset? WakeAt) Of(
        string function, bool isTerminal, DateTimeOffset? leaseUntil, ControlState control, bool isPaused, DateTimeOffset? earliestTimer, DateTimeOffset now)
    {
        if (isTerminal) return (ServiceQueue, control.OwesCaller ? now : null);
        if (leaseUntil is { } until) return (function, until);
        if (isPaused || control.Attention != ExecutionAttention.None) return (ServiceQueue, earliestTimer);
        if (!control.OwesInvocation) return (function, earliestTimer);
        var ready = control.RetryAt ?? now;

        // A delay after a crash does not postpone the execution's own deadline or a callback's timeout.
        return (function, earliestTimer < ready ? earliestTimer : ready);
    }
}
