namespace Perdure.Operations;

internal static partial class OperationTexts
{
    private static OperationText StepResult => new(
        static operation => operation.StepDetails?.Result,
        static (operation, text) => operation with { StepDetails = operation.StepDetails! with { Result = text } }); // read from it

    /// <summary>The last state of a condition that gave up. What was recorded stays beside it: an error that is passed on must not spread the value.</summary>
    private static OperationText StepErrorData => new(
        static operation => operation.StepDetails?.Error?.ErrorData,
        static (operation, text) => operation with
        {
            StepDetails = operation.StepDetails! with { Error = operation.StepDetails.Error! with { StoredData = text } }, // read from it
        });
}
