namespace Perdure.Operations;

internal static partial class OperationTexts
{
    private static OperationText ContextResult => new(
        static operation => operation.ContextDetails?.Result,
        static (operation, text) => operation with { ContextDetails = operation.ContextDetails! with { Result = text } }); // read from it
}
