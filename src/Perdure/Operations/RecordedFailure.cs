namespace Perdure.Operations;

/// <summary>Rebuilds what a context's body failed with. What stops code keeps its type through any number of contexts; the rest is one type.</summary>
internal static class RecordedFailure
{
    public static DurableOperationException Rebuild(ErrorObject error, string? subType) => error.ErrorType switch
    {
        ExecutionCancelledException.Code => new ExecutionCancelledException(error),
        DeadlineExceededException.Code => new DeadlineExceededException(error),
        SagaCompensationException.Code => new SagaCompensationException(error),
        _ => new ChildContextException(error) { SubType = subType },
    };
}
