namespace Perdure.Operations;

internal static partial class OperationTexts
{
    private static OperationText ExecutionInput => new(
        static operation => operation.ExecutionDetails?.InputPayload,
        static (operation, text) => operation with { ExecutionDetails = operation.ExecutionDetails! with { InputPayload = text } }); // read from it
}
