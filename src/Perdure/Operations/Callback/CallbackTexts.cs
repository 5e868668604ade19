namespace Perdure.Operations;

internal static partial class OperationTexts
{
    private static OperationText CallbackAnswer => new(
        static operation => operation.CallbackDetails?.Result,
        static (operation, text) => operation with { CallbackDetails = operation.CallbackDetails! with { Result = text } }); // read from it
}
