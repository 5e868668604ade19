namespace Perdure.Testing;

/// <summary>An execution was invoked too often without coming to its end.</summary>
public sealed class TestExecutionLimitException : Exception
{
    internal TestExecutionLimitException(string arn, int maxInvocations, int totalOperations) : base(
        $"{arn} is not over after {maxInvocations} invocations and {totalOperations} operations. It may poll a condition that never holds, or retry " +
        "without end; where that many are right, raise TestRunnerOptions.MaxInvocations.")
    {
        MaxInvocations = maxInvocations;
        TotalOperations = totalOperations;
    }

    /// <summary>The limit.</summary>
    public int MaxInvocations { get; }

    /// <summary>Operations recorded when it was reached.</summary>
    public int TotalOperations { get; }
}

/// <summary>An execution that should have succeeded did not.</summary>
public sealed class TestExecutionFailedException : Exception
{
    internal TestExecutionFailedException(string arn, ExecutionStatus status, ErrorObject? error, IReadOnlyList<TestStep> steps) : base(
        $"{arn} ended {status}{(error is null ? "" : $": {error.ErrorType}: {error.ErrorMessage}")}\n" +
        $"Its operations: {(steps.Count == 0 ? "none" : string.Join(", ", steps.Select(static step => step.ToString())))}")
    {
        FinalStatus = status == ExecutionStatus.Succeeded ? InvocationStatus.Succeeded : InvocationStatus.Failed;
        FailureError = error;
        Steps = steps;
    }

    /// <summary>How it ended.</summary>
    public InvocationStatus FinalStatus { get; }

    /// <summary>Why; null when nothing is recorded.</summary>
    public ErrorObject? FailureError { get; }

    /// <summary>Its operations.</summary>
    public IReadOnlyList<TestStep> Steps { get; }
}

/// <summary>An execution waits for something that no passing of time can bring, such as a callback that nobody answers.</summary>
/// <remarks>A <see cref="TimeoutException"/> that does not wait: all the time there is could pass.</remarks>
public sealed class TestExecutionSuspendedException : TimeoutException
{
    internal TestExecutionSuspendedException(ExecutionDescription execution, string awaited, IReadOnlyList<TestStep> open) : base(
        $"{execution.Arn} is suspended and waits for the outside world: {awaited} cannot come by the passing of time. " +
        (execution.Attention == ExecutionAttention.None ? "" : $"It needs attention: {execution.Attention}: {execution.AttentionReason} ") +
        $"Open: {(open.Count == 0 ? "nothing" : string.Join(", ", open.Select(static step => step.ToString())))}. Start it with StartAsync, and answer its " +
        "callbacks (WaitForCallbackAsync, SendCallbackSuccessAsync) before waiting for its result.")
    {
        DurableExecutionArn = execution.Arn;
        OpenSteps = open;
    }

    /// <summary>The execution.</summary>
    public string DurableExecutionArn { get; }

    /// <summary>The operations that are open.</summary>
    public IReadOnlyList<TestStep> OpenSteps { get; }
}

/// <summary>The function called another one that the test has not registered.</summary>
public sealed class UnregisteredSiblingFunctionException : Exception
{
    internal UnregisteredSiblingFunctionException(string functionName) : base(
        $"The function called '{functionName}', which is not registered. Register it before the first run (RegisterFunction or RegisterDurableFunction), " +
        "or set TestRunnerOptions.AllowUnregisteredFunctions to let the call fail inside the function, as in production.")
    {
        FunctionName = functionName;
    }

    /// <summary>The function as the call named it.</summary>
    public string FunctionName { get; }
}
